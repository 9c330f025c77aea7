//! The paper sheet: the rotation key, as people keep it in a safe and type it again.

use maillage_protocol::encoding;
use maillage_protocol::id::NodeId;
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::sha256;
use maillage_protocol::private::Private;
use zeroize::Zeroizing;

/// Bytes that show a misread letter.
const CHECK: usize = 2;

/// The code is not one that a sheet shows: a letter is missing, or is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the code of a paper sheet")]
pub struct NotASheet;

/// Returns the code of a sheet: the key and its check, in groups of four.
#[must_use]
pub fn code(key: &PrivateKey) -> Private<String> {
    let seed = key.to_seed();
    let checked = Zeroizing::new([&seed[..], &sha256(&*seed)[..CHECK]].concat());
    Private::from(encoding::grouped(&encoding::crockford(&checked)))
}

/// Reads the code of a sheet as somebody types it: the case, spaces and hyphens do not matter.
pub fn read(typed: &Private<String>) -> Result<PrivateKey, NotASheet> {
    let bytes = encoding::from_crockford(typed.reveal()).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| NotASheet)?;
    let (seed, check) = bytes.split_at_checked(32).ok_or(NotASheet)?;
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| NotASheet)?);
    if check != &sha256(&*seed)[..CHECK] {
        return Err(NotASheet);
    }
    Ok(PrivateKey::from_seed(&seed))
}

/// Returns the sheet as it is printed.
#[must_use]
pub fn sheet(name: &str, node: NodeId, key: &PrivateKey) -> Private<String> {
    Private::from(format!(
        "FEUILLE DE SECOURS — {name}\n\
         nœud : {node}\n\
         empreinte : {}\n\
         clé de rotation : {}\n\
         Imprimez cette feuille, rangez-la sous clé, effacez le fichier. Elle sert une fois :\n\
         si la clé du nœud est volée ou perdue, elle seule garde son identité.\n",
        node.fingerprint(),
        code(key).reveal(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_read_back_as_people_type_it() {
        let key = PrivateKey::from_seed(&[7; 32]);
        let printed = code(&key).into_revealed();
        let typed = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(read(&typed.into()).unwrap().kid(), key.kid());
    }

    #[test]
    fn a_misread_letter_is_noticed() {
        let printed = code(&PrivateKey::from_seed(&[7; 32])).into_revealed();
        for at in 0..printed.len() {
            let mut misread = printed.clone().into_bytes();
            misread[at] = match misread[at] {
                b'-' => continue,
                b'2' => b'3',
                _ => b'2',
            };
            let misread = String::from_utf8(misread).unwrap();
            assert!(read(&misread.into()).is_err(), "{at}");
        }
        for short in ["", "2", &printed[..printed.len() - 5]] {
            assert!(read(&short.to_owned().into()).is_err());
        }
    }
}
