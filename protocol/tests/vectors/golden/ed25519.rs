//! Keys and signatures on which implementations differ.
//!
//! The strange points were computed apart: `T` is the point of order 8 with the smallest `y`, `A`
//! the public key of the seed below, and each strange signature satisfies an equation that some
//! verifier checks.

use maillage_protocol::encoding;
use maillage_protocol::keys::{PrivateKey, PublicKey};
use maillage_protocol::label::Label;
use serde_json::{Value, json};

use crate::entry::{Entries, hex_array, text};
use crate::nodes::{public_hex, secret};

/// The multiples of the point of order 8: all the points of small order.
const SMALL_ORDER: [(&str, &str); 8] = [
    ("order_1", "0100000000000000000000000000000000000000000000000000000000000000"),
    ("order_2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("order_4_all_zero", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("order_4_signed", "0000000000000000000000000000000000000000000000000000000000000080"),
    ("order_8_first", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ("order_8_second", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ("order_8_third", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    ("order_8_fourth", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
];

/// `A` and a multiple of `T`.
const MIXED_ORDER: [(&str, &str); 7] = [
    ("mixed_1", "eac24b609a127275155867a7f4d879b2d8ce526bf10bd3e7270a17d3edddf7dc"),
    ("mixed_2", "80ad64bff9af247ea8b98eb25c30f5ea161d66503d57dc1ad39434c23079066d"),
    ("mixed_3", "b306760f58f3af370acaae2badf67519de1edd0559acf1e51b49f68671071e6a"),
    ("mixed_4", "a3b669ed05c76d9420237d29f20bcc7c1dbcbfd9840e77196fd036d9a77fdd5f"),
    ("mixed_5", "033db49f65ed8d8aeaa798580b27864d2731ad940ef42c18d8f5e82c12220823"),
    ("mixed_6", "6d529b400650db815746714da3cf0a15e9e299afc2a823e52c6bcb3dcf86f992"),
    ("mixed_7", "3af989f0a70c50c8f53551d452098ae621e122faa6530e1ae4b609798ef8e195"),
];

/// Other writings of the points of order 1, 2 and 4, and what is no point.
const NOT_CANONICAL: [(&str, &str); 6] = [
    ("p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("p_signed", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    ("p_plus_1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("p_plus_1_signed", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    ("minus_zero", "0100000000000000000000000000000000000000000000000000000000000080"),
    ("largest", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
];

const OFF_THE_CURVE: &str = "0200000000000000000000000000000000000000000000000000000000000000";

/// Signatures of `{}` under the label `event` that `A` could be said to have made.
const STRANGE: [(&str, &str, &str); 6] = [
    (
        "r_order_1",
        "R is the neutral point: S·B = R + k·A holds",
        "01000000000000000000000000000000000000000000000000000000000000004e02f05fc0f6871f8625033cf1923d13d7fc96f012facbf10f1cadefa22c6000",
    ),
    (
        "r_order_2",
        "R is of order 2: the equation holds when multiplied by 8",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f60f33d72aa2a970283121a7761c1de3edd68b7954d33471cf0423fca86b8fa02",
    ),
    (
        "r_order_8",
        "R is of order 8: the equation holds when multiplied by 8",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037acc237fe94fceac2152ba66744bc74dbb3d97ba6779805be052786cf008a94c0e",
    ),
    (
        "r_not_canonical",
        "R is another writing of the neutral point",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f645f1518086d4fce70cd3fd04bdb9ab2cc5930090f2dcb0d33498bc57a6f6c0e",
    ),
    (
        "r_mixed",
        "R has a part of small order: the equation holds when multiplied by 8",
        "6a84d583f06569edb3f5ed77df65544b27d6948b4f0b2cb76f33dd8413b2071990f7b6bf4753987e567432b496cc2e3bf7e1c41de80f899959c5ab2f3a408b02",
    ),
    (
        "s_not_reduced",
        "S and the order of the group: the equation holds",
        "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572870498456c5861f36e5b4008801a11f75601fc696f2829904680dfcb7801b713",
    ),
];

/// A good signature of `{}` with another secret number than RFC 8032 prescribes.
const ANOTHER: &str = "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca5729a30a2e851f54e9b98be4865a12032e25601fc696f2829904680dfcb7801b703";

/// A signature of `{"n":6}` under the first key of mixed order: the plain equation holds.
const BY_MIXED: &str = "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca5723207dee939c7f1d6bfaf8d5c01c5938f6aab9b36ba7b8ec3071df8c1d11c3a02";

pub(super) fn make(entries: &mut Entries) {
    let key = PrivateKey::from_seed(&secret("edge", "sig"));
    let input = json!({ "do": "register", "key": public_hex(&key) });
    let expect = json!({ "kid": key.kid().to_string() });
    entries.accept("prime_order", "a key of prime order", input, expect);
    let keys = SMALL_ORDER.iter().map(|key| (key, "a key of small order"));
    let keys = keys.chain(MIXED_ORDER.iter().map(|key| (key, "a key with a part of small order")));
    let keys = keys.chain(NOT_CANONICAL.iter().map(|key| (key, "another writing of a point")));
    for ((name, hex), why) in keys.chain([(&("no_point", OFF_THE_CURVE), "not on the curve")]) {
        let input = json!({ "do": "register", "key": hex });
        entries.refuse(&format!("key_{name}"), why, input, "weak_key");
    }

    let verify = |message: &str, signature: &str| {
        let key = public_hex(&key);
        json!({ "do": "verify", "key": key, "message": message, "signature": signature })
    };
    let good = encoding::hex(&key.sign(Label::Event, b"{}"));
    let why = "the signature that RFC 8032 prescribes";
    entries.accept("signature", why, verify("{}", &good), json!({ "valid": true }));
    let why = "a signature is not unique: never use it as a name";
    entries.accept("signature_other", why, verify("{}", ANOTHER), json!({ "valid": true }));
    for (name, why, signature) in STRANGE {
        entries.refuse(name, why, verify("{}", signature), "bad_signature");
    }
    let plain = encoding::hex(&key.sign_unlabelled(b"{}"));
    for (name, why, signature) in [
        ("no_label", "signed without label", plain),
        ("other_label", "signed under another", encoding::hex(&key.sign(Label::Receipt, b"{}"))),
        ("all_zero", "no signature", encoding::hex(&[0; 64])),
        ("s_zero", "S is zero", good.get(..64).unwrap().to_owned() + &"0".repeat(64)),
    ] {
        entries.refuse(name, why, verify("{}", &signature), "bad_signature");
    }
    entries.refuse("other_message", "other bytes", verify("{ }", &good), "bad_signature");
    let mut input = verify(r#"{"n":6}"#, BY_MIXED);
    input["key"] = MIXED_ORDER[0].1.into();
    let why = "valid for verify_strict: only the check of the key at registration refuses it";
    entries.refuse("by_mixed", why, input, "weak_key");
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let key = PublicKey::register(&hex_array(input, "key")).map_err(|_| "weak_key")?;
    match text(input, "do") {
        "register" => Ok(json!({ "kid": key.kid().to_string() })),
        "verify" => {
            let message = text(input, "message").as_bytes();
            key.verify(Label::Event, message, &hex_array(input, "signature"))
                .map(|()| json!({ "valid": true }))
                .map_err(|_| "bad_signature")
        }
        other => panic!("no such question: {other}"),
    }
}
