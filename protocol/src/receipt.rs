//! What a node holds of a channel, signed: the evidence of reception.
//!
//! A receipt is cumulative, since the head names all that is before it. It may echo the nonce of
//! the request that it answers: without that, a proxy could replay an old receipt to a node that
//! was rolled back, and make it contradict itself.

use crate::cj1::{self, Malformed, NotCanonical, Object, Value};
use crate::encoding;
use crate::event::Head;
use crate::id::NodeId;
use crate::keys::{BadSignature, Kid, PrivateKey, PublicKey};
use crate::label::Label;
use crate::limits;
use crate::signed::Signed;
use crate::time::Timestamp;

/// What a node says that it holds of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReceipt {
    /// Who holds it.
    pub from: NodeId,
    /// Who sent it.
    pub to: NodeId,
    /// The last event held, if any.
    pub head: Option<Head>,
    /// The nonce of the request that this answers.
    pub nonce: Option<String>,
    /// The last checkpoint of the holder's public log: its size and its root.
    pub checkpoint: Option<(u64, [u8; 32])>,
    /// The signing key of the holder.
    pub kid: Kid,
    /// When, by the holder's clock.
    pub at: Timestamp,
}

/// Why a receipt is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableReceipt {
    /// There are too many bytes.
    #[error("the receipt is too large")]
    TooLarge,
    /// They are not canonical.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// They do not say what they must.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The holder did not sign them.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
}

impl DeliveryReceipt {
    /// Signs this receipt. Its `kid` is that of `key`.
    #[must_use]
    pub fn sign(&self, key: &PrivateKey) -> Signed {
        let checkpoint = self.checkpoint.map(|(size, root)| {
            Value::Array(vec![Value::from(size), Value::from(encoding::base64url(&root))])
        });
        let object = Object::new()
            .with_some("cp", checkpoint)
            .with("fr", self.from.to_string())
            .with_some("hd", self.head.map(Head::to_value))
            .with("kid", key.kid().to_string())
            .with_some("nc", self.nonce.clone())
            .with("t", "receipt")
            .with("to", self.to.to_string())
            .with("ts", self.at.0)
            .with("v", 1);
        Signed::sign(key, Label::Receipt, object.to_bytes())
    }

    /// Reads a receipt that `holder` signed, with the key that its `kid` names.
    pub fn verify(
        signed: &Signed,
        holder: impl Fn(Kid) -> Option<PublicKey>,
    ) -> Result<Self, UnreadableReceipt> {
        if signed.bytes.len() > limits::RECEIPT {
            return Err(UnreadableReceipt::TooLarge);
        }
        let receipt = Self::read(&cj1::read(&signed.bytes)?)?;
        let key = holder(receipt.kid).ok_or(BadSignature)?;
        signed.verify(&key, Label::Receipt)?;
        Ok(receipt)
    }

    /// Reads again a receipt that this node issued, or verified before it wrote it in its own
    /// journal. For nothing else: the signature is not checked a second time.
    pub fn recall(signed: &Signed) -> Result<Self, UnreadableReceipt> {
        Ok(Self::read(&cj1::read(&signed.bytes)?)?)
    }

    fn read(object: &Object) -> Result<Self, Malformed> {
        if object.integer("v")? != 1 || object.text("t")? != "receipt" {
            return Err(Malformed("t"));
        }
        let checkpoint = match object.array("cp")? {
            [] => None,
            [Value::Integer(size), Value::Text(root)] => {
                let root = encoding::from_base64url_array(root).map_err(|_| Malformed("cp"))?;
                Some((*size, root))
            }
            _ => return Err(Malformed("cp")),
        };
        Ok(Self {
            from: object.parsed("fr")?,
            to: object.parsed("to")?,
            head: Head::find(object, "hd")?,
            nonce: object.find_text("nc")?.map(str::to_owned),
            checkpoint,
            kid: object.parsed("kid")?,
            at: Timestamp(object.integer("ts")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Epoch, EventId, Seq};

    #[test]
    fn a_receipt_is_written_and_read_back_by_whoever_knows_the_key() {
        let key = PrivateKey::from_seed(&[1; 32]);
        let receipt = DeliveryReceipt {
            from: NodeId([1; 32]),
            to: NodeId([2; 32]),
            head: Some(Head { epoch: Epoch(1), seq: Seq(7), id: EventId([3; 32]) }),
            nonce: Some("EBESExQVFhcYGRobHB0eHw".to_owned()),
            checkpoint: Some((16, [4; 32])),
            kid: key.kid(),
            at: Timestamp(5),
        };
        let signed = receipt.sign(&key);
        let holder = |kid| (kid == key.kid()).then(|| key.public());
        assert_eq!(DeliveryReceipt::verify(&signed, holder), Ok(receipt));

        let stranger = |_| Some(PrivateKey::from_seed(&[2; 32]).public());
        let refused = DeliveryReceipt::verify(&signed, stranger);
        assert_eq!(refused, Err(UnreadableReceipt::BadSignature(BadSignature)));
        for at in 0..signed.bytes.len() {
            let mut signed = signed.clone();
            signed.bytes[at] ^= 1;
            assert!(DeliveryReceipt::verify(&signed, holder).is_err(), "{at}");
        }
    }
}
