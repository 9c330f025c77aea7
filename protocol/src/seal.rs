//! Bodies that one node alone can open, and keys that can be destroyed.
//!
//! ```text
//! body   = ChaCha20-Poly1305(CEK, nonce 0, padded plaintext, aad = L("body", fr 0 to 0 ep sq))
//! keybox = HPKE.SealBase(recipient's key, info = L("keybox", event id ‖ to), CEK)
//! kc     = H("cek-commit", CEK), in the signed header
//! ```
//!
//! Each event has a key of its own (CEK), so its nonce can be zero. The commitment makes the
//! cipher committing: a ciphertext cannot mean one thing to the recipient and another to an
//! auditor. The keybox never touches a disk: the receiver wraps the key again under a key that it
//! can destroy.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hpke::aead::ChaCha20Poly1305 as HpkeAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::event::{Header, Recipient};
use crate::id::{Epoch, EventId, NodeId, Seq};
use crate::keys::{Algorithm, Kid};
use crate::label::Label;
use crate::limits;
use crate::signed::base64url_array;

/// Bytes that the cipher adds to a plaintext.
const TAG: usize = 16;
/// Bytes of the length before the plaintext of a body.
const LENGTH: usize = 4;

/// The key of one event. Made of bytes that nobody can guess, and never used again.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

/// The place of a sealed body. It is authenticated: a body moved elsewhere does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyPlace {
    /// Who sealed it.
    pub from: NodeId,
    /// Who opens it.
    pub to: Recipient,
    /// The epoch of the channel.
    pub epoch: Epoch,
    /// The place in the epoch.
    pub seq: Seq,
}

/// The key of a body, sealed for one key of its recipient: 32 bytes of encapsulation, 48 of
/// ciphertext.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keybox {
    /// Which key of the recipient.
    pub kid: Kid,
    /// The sealed key.
    #[serde(rename = "e", with = "base64url_array")]
    pub sealed: [u8; 80],
}

/// A private key that opens keyboxes. `Debug` shows its public name only.
#[derive(Clone)]
pub struct KemPrivateKey {
    key: <X25519HkdfSha256 as Kem>::PrivateKey,
    public: [u8; 32],
}

/// The plaintext is larger than the largest bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is too large")]
pub struct BodyTooLarge;

/// The public key cannot receive anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the recipient's key is not acceptable")]
pub struct WeakRecipient;

/// Something sealed does not open: the key, the place, the recipient or a byte is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed does not open")]
pub struct DoesNotOpen;

impl ContentKey {
    /// Takes 32 bytes that nobody can guess.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns the bytes, to be wrapped under a key that can be destroyed.
    #[must_use]
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns what the header commits to.
    #[must_use]
    pub fn commitment(&self) -> [u8; 32] {
        Label::CekCommit.hash(&*self.0)
    }

    /// Seals a body for its place.
    pub fn seal(&self, plaintext: &[u8], place: &BodyPlace) -> Result<Vec<u8>, BodyTooLarge> {
        let padded = pad(plaintext)?;
        let aad = place.to_aad();
        let payload = Payload { msg: &padded, aad: &aad };
        self.cipher().encrypt(&Nonce::default(), payload).map_err(|_| BodyTooLarge)
    }

    /// Opens a body at its place, if this key is the one that its header committed to.
    pub fn open(
        &self,
        body: &[u8],
        place: &BodyPlace,
        commitment: &[u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        if self.commitment() != *commitment {
            return Err(DoesNotOpen);
        }
        let aad = place.to_aad();
        let payload = Payload { msg: body, aad: &aad };
        let padded = self.cipher().decrypt(&Nonce::default(), payload).map_err(|_| DoesNotOpen)?;
        unpad(&Zeroizing::new(padded))
    }

    /// Seals this key for the recipient of an event. `chance` is 32 bytes that nobody can guess.
    pub fn seal_for(
        &self,
        recipient: &[u8; 32],
        event: EventId,
        to: NodeId,
        chance: [u8; 32],
    ) -> Result<Keybox, WeakRecipient> {
        let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient)
            .map_err(|_| WeakRecipient)?;
        let (encapsulated, ciphertext) =
            hpke::single_shot_seal_with_rng::<HpkeAead, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &key,
                &keybox_info(event, to),
                &*self.0,
                b"",
                &mut Drawn::from_seed(chance),
            )
            .map_err(|_| WeakRecipient)?;
        let sealed = [&encapsulated.to_bytes()[..], &ciphertext].concat();
        let sealed = sealed.try_into().map_err(|_| WeakRecipient)?;
        Ok(Keybox { kid: Kid::of(Algorithm::X25519, recipient), sealed })
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new((&*self.0).into())
    }
}

impl KemPrivateKey {
    /// Makes the key of 32 bytes that nobody can guess.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, WeakRecipient> {
        let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(bytes);
        let key = key.map_err(|_| WeakRecipient)?;
        let public = X25519HkdfSha256::sk_to_pk(&key).to_bytes();
        let public = <[u8; 32]>::try_from(public.as_slice()).map_err(|_| WeakRecipient)?;
        Ok(Self { key, public })
    }

    /// Returns the public part.
    #[must_use]
    pub const fn public(&self) -> [u8; 32] {
        self.public
    }

    /// Returns the name of this key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        Kid::of(Algorithm::X25519, &self.public)
    }

    /// Opens the keybox of an event that was sent to `to`, if its key is the one that the header
    /// committed to.
    pub fn open(
        &self,
        keybox: &Keybox,
        event: EventId,
        to: NodeId,
        commitment: &[u8; 32],
    ) -> Result<ContentKey, DoesNotOpen> {
        let (encapsulated, ciphertext) = keybox.sealed.split_at(32);
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
            .map_err(|_| DoesNotOpen)?;
        let key = hpke::single_shot_open::<HpkeAead, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.key,
            &encapsulated,
            &keybox_info(event, to),
            ciphertext,
            b"",
        );
        let key = Zeroizing::new(key.map_err(|_| DoesNotOpen)?);
        let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| DoesNotOpen)?;
        let key = ContentKey::from_random(key);
        if key.commitment() == *commitment { Ok(key) } else { Err(DoesNotOpen) }
    }
}

impl BodyPlace {
    /// Returns the place of the body of an event.
    #[must_use]
    pub const fn of(header: &Header) -> Self {
        Self { from: header.from, to: header.to, epoch: header.epoch, seq: header.seq }
    }

    fn to_aad(self) -> Vec<u8> {
        let mut message = format!("{}\0{}\0", self.from, self.to).into_bytes();
        message.extend(self.epoch.0.to_be_bytes());
        message.extend(self.seq.0.to_be_bytes());
        Label::Body.before(&message)
    }
}

fn keybox_info(event: EventId, to: NodeId) -> Vec<u8> {
    Label::Keybox.before(&[&event.0[..], to.to_string().as_bytes()].concat())
}

fn pad(plaintext: &[u8]) -> Result<Zeroizing<Vec<u8>>, BodyTooLarge> {
    let needed = plaintext.len().saturating_add(LENGTH);
    let bucket = limits::BUCKETS.into_iter().find(|bucket| needed <= *bucket);
    let bucket = bucket.ok_or(BodyTooLarge)?;
    let mut padded = Zeroizing::new(Vec::with_capacity(bucket.saturating_add(TAG)));
    padded.extend(u32::try_from(plaintext.len()).map_err(|_| BodyTooLarge)?.to_be_bytes());
    padded.extend(plaintext);
    padded.resize(bucket, 0);
    Ok(padded)
}

/// Returns what was padded. Padding that is not all zeros, or of another size than the smallest
/// bucket, is refused: it could carry something that nobody agreed to.
fn unpad(padded: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>().ok_or(DoesNotOpen)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| DoesNotOpen)?;
    let (plaintext, padding) = rest.split_at_checked(length).ok_or(DoesNotOpen)?;
    let needed = length.saturating_add(LENGTH);
    let smallest = limits::BUCKETS.into_iter().find(|bucket| needed <= *bucket);
    if smallest != Some(padded.len()) || padding.iter().any(|byte| *byte != 0) {
        return Err(DoesNotOpen);
    }
    Ok(Zeroizing::new(plaintext.to_vec()))
}

/// Chance that was drawn by the caller, stretched as far as the library asks.
struct Drawn {
    seed: Zeroizing<[u8; 32]>,
    drawn: u64,
}

impl Drawn {
    fn from_seed(seed: [u8; 32]) -> Self {
        Self { seed: Zeroizing::new(seed), drawn: 0 }
    }
}

impl TryRng for Drawn {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(*self.seed)
                .chain_update(self.drawn.to_be_bytes())
                .finalize();
            self.drawn = self.drawn.saturating_add(1);
            for (byte, drawn) in chunk.iter_mut().zip(block) {
                *byte = drawn;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(…)")
    }
}

impl fmt::Debug for KemPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KemPrivateKey({})", self.kid())
    }
}

impl fmt::Debug for Keybox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keybox({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: BodyPlace = BodyPlace {
        from: NodeId([1; 32]),
        to: Recipient::Node(NodeId([2; 32])),
        epoch: Epoch(1),
        seq: Seq(3),
    };

    fn key(byte: u8) -> ContentKey {
        ContentKey::from_random([byte; 32])
    }

    #[test]
    fn a_body_opens_at_its_place_with_its_key_and_nowhere_else() {
        let sealed = key(9).seal(b"{}", &PLACE).unwrap();
        assert_eq!(sealed.len(), 256 + TAG);
        let commitment = key(9).commitment();
        assert_eq!(**key(9).open(&sealed, &PLACE, &commitment).unwrap(), *b"{}");

        let elsewhere = [
            BodyPlace { from: NodeId([3; 32]), ..PLACE },
            BodyPlace { to: Recipient::Node(NodeId([3; 32])), ..PLACE },
            BodyPlace { to: Recipient::Public, ..PLACE },
            BodyPlace { epoch: Epoch(2), ..PLACE },
            BodyPlace { seq: Seq(4), ..PLACE },
        ];
        for place in elsewhere {
            assert_eq!(key(9).open(&sealed, &place, &commitment), Err(DoesNotOpen), "{place:?}");
        }
        assert_eq!(key(8).open(&sealed, &PLACE, &commitment), Err(DoesNotOpen));
        assert_eq!(key(8).open(&sealed, &PLACE, &key(8).commitment()), Err(DoesNotOpen));
        assert_eq!(key(9).open(&sealed, &PLACE, &key(8).commitment()), Err(DoesNotOpen));
        for at in 0..sealed.len() {
            let mut sealed = sealed.clone();
            sealed[at] ^= 1;
            assert_eq!(key(9).open(&sealed, &PLACE, &commitment), Err(DoesNotOpen), "{at}");
        }
    }

    #[test]
    fn a_keybox_opens_for_its_recipient_and_its_event_only() {
        let (mine, other) = ([5; 32], [6; 32]).map_keys();
        let (event, to) = (EventId([4; 32]), NodeId([2; 32]));
        let keybox = key(9).seal_for(&mine.public(), event, to, [7; 32]).unwrap();
        let commitment = key(9).commitment();
        assert_eq!(mine.open(&keybox, event, to, &commitment), Ok(key(9)));
        assert_eq!(mine.kid(), keybox.kid);

        assert_eq!(other.open(&keybox, event, to, &commitment), Err(DoesNotOpen));
        let elsewhere = EventId([3; 32]);
        assert_eq!(mine.open(&keybox, elsewhere, to, &commitment), Err(DoesNotOpen));
        let stranger = NodeId([3; 32]);
        assert_eq!(mine.open(&keybox, event, stranger, &commitment), Err(DoesNotOpen));
        assert_eq!(mine.open(&keybox, event, to, &key(8).commitment()), Err(DoesNotOpen));
        for at in 0..keybox.sealed.len() {
            let mut keybox = keybox.clone();
            keybox.sealed[at] ^= 1;
            assert_eq!(mine.open(&keybox, event, to, &commitment), Err(DoesNotOpen), "{at}");
        }
    }

    trait MapKeys {
        fn map_keys(self) -> (KemPrivateKey, KemPrivateKey);
    }

    impl MapKeys for ([u8; 32], [u8; 32]) {
        fn map_keys(self) -> (KemPrivateKey, KemPrivateKey) {
            let key = |bytes| KemPrivateKey::from_bytes(&bytes).unwrap();
            (key(self.0), key(self.1))
        }
    }

    #[test]
    fn a_recipient_of_small_order_is_refused() {
        let sealed = key(9).seal_for(&[0; 32], EventId([4; 32]), NodeId([2; 32]), [7; 32]);
        assert_eq!(sealed, Err(WeakRecipient));
    }

    #[test]
    fn the_length_tells_the_bucket_only() {
        for (len, bucket) in [(0, 256), (252, 256), (253, 1_024), (61_436, 61_440)] {
            assert_eq!(key(1).seal(&vec![b' '; len], &PLACE).unwrap().len(), bucket + TAG, "{len}");
        }
        assert_eq!(key(1).seal(&vec![b' '; 61_437], &PLACE), Err(BodyTooLarge));
    }

    #[test]
    fn padding_carries_nothing() {
        let mut hidden = vec![0; 256];
        hidden[255] = 1;
        assert_eq!(unpad(&hidden), Err(DoesNotOpen));
        assert_eq!(unpad(&vec![0; 1_024]), Err(DoesNotOpen));
        assert_eq!(unpad(&[0, 0, 1, 0, 0]), Err(DoesNotOpen));
        assert!(unpad(&vec![0; 256]).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(text in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let sealed = key(3).seal(&text, &PLACE).unwrap();
            let opened = key(3).open(&sealed, &PLACE, &key(3).commitment()).unwrap();
            prop_assert_eq!(&**opened, &text[..]);
        }
    }
}
