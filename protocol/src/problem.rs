//! What a node tells a peer that it could not do (RFC 9457).

use serde::{Deserialize, Serialize};

/// What a peer should do about a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// The same request, at once.
    Now,
    /// The same request, later.
    Backoff,
    /// Another request, once the cause is mended.
    Fix,
    /// Nothing: the answer will not change.
    Never,
}

/// Declares the kinds of problem from one list, so that no copy of the list can be forgotten.
macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $retry:ident;)+) => {
        /// A kind of problem, named by a URN that never changes once published.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType {
            $($(#[$doc])* $name,)+
        }

        impl ProblemType {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the code of this kind.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// Returns the URN of this kind.
            #[must_use]
            pub const fn urn(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("urn:maillage:problem:", $code),)+
                }
            }

            /// Returns the HTTP status that goes with this kind.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)+
                }
            }

            /// Returns what a peer should do about it.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self {
                    $(Self::$name => Retry::$retry,)+
                }
            }

            /// Returns the kind that a code names, if we know it.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

problem_types! {
    /// The bytes are not what the endpoint reads.
    Malformed = "malformed", 400, Never;
    /// The signed bytes are not canonical JSON.
    NotCanonical = "not_canonical", 400, Never;
    /// The body is not the one that was signed.
    DigestMismatch = "digest_mismatch", 400, Never;
    /// The signature does not match the claimed author.
    BadSignature = "bad_signature", 401, Never;
    /// The key is not, or no longer, one of its author's.
    UnknownKey = "unknown_key", 401, Fix;
    /// The two clocks differ too much.
    ClockSkew = "clock_skew", 401, Fix;
    /// The request was seen before.
    Replay = "replay", 401, Fix;
    /// The request was signed before the node started: sign it again.
    RetryNow = "retry_now", 401, Now;
    /// The author is not one of our peers.
    UnknownPeer = "unknown_peer", 403, Fix;
    /// The link waits for a human on one of the two sides.
    LinkPending = "link_pending", 403, Backoff;
    /// The link was suspended by a human.
    LinkSuspended = "link_suspended", 403, Backoff;
    /// The invitation does not exist, or its proof is wrong.
    InviteInvalid = "invite_invalid", 403, Never;
    /// There is nothing here, or nothing yet.
    NotFound = "not_found", 404, Never;
    /// An earlier event of this channel is missing.
    Gap = "gap", 409, Fix;
    /// Another event holds this place.
    Fork = "fork", 409, Never;
    /// The channel waits for a human.
    ChannelBlocked = "channel_blocked", 409, Fix;
    /// The epoch is over.
    StaleEpoch = "stale_epoch", 409, Fix;
    /// The invitation was used, or tried too often, or is too old.
    InviteBurned = "invite_burned", 410, Never;
    /// The request is larger than the limits allow.
    TooLarge = "too_large", 413, Fix;
    /// The request is meant for another node.
    WrongRecipient = "wrong_recipient", 421, Never;
    /// The event breaks the rules of its channel.
    InvalidEvent = "invalid_event", 422, Never;
    /// The rules of this event are newer than the node.
    UnsupportedVersion = "unsupported_version", 426, Fix;
    /// Too much at once.
    RateLimited = "rate_limited", 429, Backoff;
    /// The fault is ours, and nobody else's business.
    Internal = "internal", 500, Backoff;
    /// The node is catching up after a restore.
    Recovering = "recovering", 503, Backoff;
    /// The node cannot answer now.
    Busy = "busy", 503, Backoff;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_names_one_kind() {
        for kind in ProblemType::ALL {
            assert_eq!(ProblemType::from_code(kind.code()), Some(*kind));
            assert!(kind.urn().ends_with(kind.code()));
        }
        assert_eq!(ProblemType::from_code("no_such_code"), None);
    }
}
