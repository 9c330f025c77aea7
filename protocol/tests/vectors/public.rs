//! Vectors of others, run through our own functions wherever these can express them.

mod hpke;
mod json;
mod wycheproof;

use maillage_protocol::encoding;
use maillage_protocol::keys::{BadSignature, PrivateKey, PublicKey};

/// RFC 9421, appendix B.1.4: the public key and its seed.
const PUBLIC: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
const SEED: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
/// RFC 9421, appendix B.2.6: what is signed, and the signature.
const BASE: &str = r#""date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;
const SIGNATURE: &str =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

#[test]
fn the_example_of_rfc_9421_is_signed_and_believed() {
    let key = PublicKey::register(&encoding::from_base64url_array(PUBLIC).unwrap()).unwrap();
    let signature = encoding::from_base64(SIGNATURE).unwrap().try_into().unwrap();
    assert_eq!(key.verify_unlabelled(BASE.as_bytes(), &signature), Ok(()));
    let other = BASE.replacen("/foo", "/fop", 1);
    assert_eq!(key.verify_unlabelled(other.as_bytes(), &signature), Err(BadSignature));
    let private = PrivateKey::from_seed(&encoding::from_base64url_array(SEED).unwrap());
    assert_eq!((private.public(), private.sign_unlabelled(BASE.as_bytes())), (key, signature));
}
