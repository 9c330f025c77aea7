//! Every size of the wire, in one place. Checked before any cryptography.

use std::time::Duration;

/// Bytes of a header.
pub const HEADER: usize = 4_096;
/// Bytes of a body as transmitted: the largest bucket of [`BUCKETS`] and its tag.
pub const BODY: usize = 65_552;
/// Bytes of the clear body of a `ctl` event.
pub const CONTROL_BODY: usize = 16 * 1_024;
/// Bytes of the clear body of a `dir` or `stat` event.
pub const PUBLIC_BODY: usize = 32 * 1_024;
/// Sizes to which a sealed body is padded, so that its length tells little.
pub const BUCKETS: [usize; 5] = [256, 1_024, 4_096, 16_384, 61_440];
/// Events of one batch.
pub const BATCH_EVENTS: usize = 64;
/// Bytes of the events of one batch.
pub const BATCH_BYTES: usize = 1_024 * 1_024;
/// Bytes of one request.
pub const REQUEST: usize = 1_536 * 1_024;
/// Containers inside one another in signed JSON.
pub const SIGNED_DEPTH: usize = 4;
/// Containers inside one another in the JSON of a body.
pub const BODY_DEPTH: usize = 16;
/// Members of one object in signed JSON.
pub const MEMBERS: usize = 64;
/// Items of one array in signed JSON.
pub const ITEMS: usize = 256;
/// Bytes of the name of a member in signed JSON.
pub const MEMBER_NAME: usize = 16;
/// Bytes of one event of an identity log.
pub const IDENTITY_EVENT: usize = 8 * 1_024;
/// Events of one identity log.
pub const IDENTITY_LOG: usize = 512;
/// Bytes of the name of an organization.
pub const NAME: usize = 120;
/// Addresses of one node.
pub const URLS: usize = 3;
/// Rotation keys committed in advance, one for each holder of a paper sheet.
pub const ROTATION_KEYS: usize = 3;
/// Bytes of a receipt.
pub const RECEIPT: usize = 1_024;
/// Bytes of an order to erase or of its attestation.
pub const ERASURE: usize = 16 * 1_024;
/// Identifiers of one order to erase.
pub const ERASURE_IDS: usize = 256;
/// Orders in one answer.
pub const ERASURE_ORDERS: usize = 16;
/// Openings in one answer.
pub const TRAIL_OPENINGS: usize = 256;
/// Features that a receiver must understand to process an event.
pub const CRITICAL: usize = 8;
/// Bytes of the name of one such feature.
pub const CRITICAL_NAME: usize = 32;
/// Bytes of the coarse kind of an event.
pub const KIND: usize = 16;
/// Longest time between signing an event and shredding its body.
pub const LIFETIME: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Recipients of one consent.
pub const CONSENT_RECIPIENTS: usize = 5;
/// Longest life of an invitation.
pub const INVITATION_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Wrong proofs after which an invitation is burned.
pub const INVITATION_TRIES: u32 = 5;
/// Longest wait of a long-poll.
pub const LONG_POLL: Duration = Duration::from_secs(25);
/// Long-polls of one peer at a time.
pub const LONG_POLLS: usize = 2;
/// Requests of one peer in a minute, and how many may come at once.
pub const PEER_REQUESTS: (u32, u32) = (60, 120);
/// Events of one peer in an hour, and how many may come at once: two weeks of a busy structure, so
/// that a node which comes back is not held up.
pub const PEER_EVENTS: (u32, u32) = (600, 2_000);
/// Requests of one address in a minute, without a signature.
pub const ANONYMOUS_REQUESTS: u32 = 30;
/// Attempts to link from one address in a minute.
pub const LINK_REQUESTS: u32 = 5;
/// Requests to erase from one peer in a minute: their own quota, since erasure waits for nothing.
pub const ERASURE_REQUESTS: u32 = 10;
/// Difference between two clocks beyond which a request is refused.
pub const CLOCK_SKEW: Duration = Duration::from_secs(300);
/// Difference between two clocks beyond which a node signs no consent.
pub const CLOCK_ALARM: Duration = Duration::from_secs(120);
/// How long a nonce is remembered.
pub const NONCE_LIFE: Duration = Duration::from_secs(600);
/// Nonces remembered for one key.
pub const NONCES: usize = 50_000;
/// How long a confirmed head may be relied upon to sign what follows it.
pub const HEAD_CONFIRMATION: Duration = Duration::from_secs(60);
