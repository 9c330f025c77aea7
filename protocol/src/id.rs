//! Identifiers. Each kind is its own type, so that the compiler keeps them apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::encoding::{self, NotExact};

/// Declares an identifier backed by a random UUID (version 4: version 7 would tell its time of
/// birth).
macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an identifier out of bytes that nobody can guess.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Reads what [`to_bytes`](Self::to_bytes) wrote.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Returns the bytes of this identifier.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

uuid_id! {
    /// Names one referral on every node that takes part in it.
    ReferralId;
    /// Names one need, for its owner and for those who are asked to help with it.
    NeedId;
    /// Names the chain of attempts that one person's needs have caused. Printed on her receipt.
    PathwayId;
    /// Names one consent: one receiver, one referral.
    ConsentId;
    /// Names one payload. The fold ignores a second payload of the same name.
    PayloadId;
    /// Names a service of an organization, as its card does.
    ServiceId;
    /// Names one professional, on their own node only.
    ProfessionalId;
    /// Names the smallest thing that can be erased alone.
    UnitId;
}

/// Declares an identifier that is a hash: 32 bytes, written in base64url.
macro_rules! hash_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encoding::base64url(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotExact;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                encoding::from_base64url_array(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

hash_id! {
    /// Names an event: the hash of its header.
    EventId;
    /// Names an event of an identity log: the hash of its bytes.
    IdentityId;
}

/// Names a node for ever: the hash of its genesis document.
///
/// Written `n1`, then 52 characters of lower-case base32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub [u8; 32]);

/// What a [`NodeId`] starts with when it is written.
const NODE_PREFIX: &str = "n1";

impl NodeId {
    /// Returns sixteen characters that can be read over the telephone: the first 80 bits.
    ///
    /// Fewer could be imitated by trying keys; the identifier itself decides everywhere else.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let [a, b, c, d, e, f, g, h, i, j, ..] = self.0;
        encoding::grouped(&encoding::crockford(&[a, b, c, d, e, f, g, h, i, j]))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NODE_PREFIX}{}", encoding::base32(&self.0))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({self})")
    }
}

impl FromStr for NodeId {
    type Err = NotExact;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hash = text.strip_prefix(NODE_PREFIX).ok_or(NotExact)?;
        encoding::from_base32_array(hash).map(Self)
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The place of an event in an epoch of a channel. The first event is `Seq(1)`; `Seq(0)` is
/// "nothing yet".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// Returns the place that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A stretch of a channel between two recoveries. The first one is `Epoch(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch in which every channel starts.
    pub const FIRST: Self = Self(1);

    /// Returns the epoch that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_is_written_and_read_back() {
        let id = NodeId([7; 32]);
        let text = id.to_string();
        assert_eq!(text.len(), 54);
        assert_eq!(text.parse::<NodeId>().unwrap(), id);
        assert_eq!(id.fingerprint().len(), 19);
    }

    #[test]
    fn a_node_id_that_is_not_exact_is_refused() {
        let text = NodeId([7; 32]).to_string();
        for wrong in [
            text.to_uppercase(),
            text.replace("n1", "n2"),
            format!("{text}a"),
            text.get(..53).unwrap().to_owned(),
            // The last character carries four bits that must be zero.
            format!("{}b", text.get(..53).unwrap()),
        ] {
            assert!(wrong.parse::<NodeId>().is_err(), "{wrong}");
        }
    }
}
