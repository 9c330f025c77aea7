//! One channel, from one node to another: what follows what.
//!
//! ```text
//!  epoch 1                                  epoch 2
//!  link.accept ◀─ event ◀─ event ◀─ event   epoch.open ◀─ event ◀─ …
//!      1            2        3        4         1           2
//! ```
//!
//! A [`Channel`] is the fold of the events that its receiver stored. It does no I/O: whoever
//! holds the events tells it what is known at a place. The door judges bytes and places; it never
//! judges what an event means, so nothing that is said in a channel can block it.

use crate::control::{Control, EpochReason};
use crate::event::{Canonical, EventKind, Head, Recipient, Verified};
use crate::fork::ForkProof;
use crate::id::{Epoch, EventId, NodeId, Seq};
use crate::identity::{Identity, RevocationCause, RevokedKey};
use crate::keys::{KeyUse, Kid, PublicKey};
use crate::signed::Signed;

/// The state of one channel, at the end that receives. The sender keeps the same one of what it
/// signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    from: NodeId,
    to: Recipient,
    epoch: Epoch,
    /// The last event stored, of this epoch or, just after a new one was allowed, of the last.
    head: Option<Head>,
    kid: Option<Kid>,
    status: ChannelStatus,
    /// The epoch that a human allowed to open in spite of a fork.
    allowed: Option<Epoch>,
}

/// Whether a channel takes events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelStatus {
    /// It does.
    Open,
    /// It cannot store the next event: both administrators are told.
    Blocked,
    /// Two events hold one place. This epoch takes nothing more.
    Forked,
    /// Its sender said goodbye.
    Closed,
}

/// An event in its place. Only a [`Channel`] makes one, and only this can be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Positioned {
    event: Verified,
    control: Option<Control>,
}

/// What a channel says of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the next one.
    Append(Box<Positioned>),
    /// It is stored already: success, since the sender may not know.
    Duplicate,
    /// Earlier events are missing.
    Gap,
    /// Another event holds this place: the proof.
    Fork(Box<ForkProof>),
    /// A human must decide whether this new epoch may open.
    NeedsHuman,
    /// It breaks a rule of the channel.
    Refused(ChannelRefusal),
}

/// Which rule of the channel an event breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelRefusal {
    /// It is of another channel.
    #[error("the event is of another channel")]
    WrongChannel,
    /// The channel takes nothing more in this epoch.
    #[error("the channel is blocked, forked or closed")]
    NotOpen,
    /// The epoch is over, and nothing is known at this place.
    #[error("the epoch is over")]
    StaleEpoch,
    /// It is not what may come at this place.
    #[error("the event is not what may come at this place")]
    Invalid,
}

/// The key is not the one that signs in this channel now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key does not sign in this channel")]
pub struct UnknownKey;

/// What the receiver stored at a place of the channel.
pub trait Stored {
    /// Returns the event at a place, if there is one, and its header, unless that was destroyed.
    fn at(&self, epoch: Epoch, seq: Seq) -> Option<(EventId, Option<Signed>)>;
}

impl<F: Fn(Epoch, Seq) -> Option<(EventId, Option<Signed>)>> Stored for F {
    fn at(&self, epoch: Epoch, seq: Seq) -> Option<(EventId, Option<Signed>)> {
        self(epoch, seq)
    }
}

impl Positioned {
    /// Returns the event.
    #[must_use]
    pub const fn event(&self) -> &Verified {
        &self.event
    }

    /// Returns what the event says about the channel, if that is what it is about.
    #[must_use]
    pub const fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }
}

impl Channel {
    /// Starts an empty channel.
    #[must_use]
    pub const fn new(from: NodeId, to: Recipient) -> Self {
        Self {
            from,
            to,
            epoch: Epoch::FIRST,
            head: None,
            kid: None,
            status: ChannelStatus::Open,
            allowed: None,
        }
    }

    /// Returns the last event, if there is one.
    #[must_use]
    pub const fn head(&self) -> Option<Head> {
        self.head
    }

    /// Returns the epoch that takes events now.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Returns whether the channel takes events.
    #[must_use]
    pub const fn status(&self) -> ChannelStatus {
        self.status
    }

    /// Returns the key that signs now, once something was signed.
    #[must_use]
    pub const fn kid(&self) -> Option<Kid> {
        self.kid
    }

    /// Returns the place that follows the last one in the current epoch.
    #[must_use]
    pub fn next_seq(&self) -> Seq {
        self.head.filter(|head| head.epoch == self.epoch).map_or(Seq(1), |head| head.seq.next())
    }

    /// Tells whether this very event is stored already. Ask it first: the same bytes are a success
    /// even if the key that signed them was replaced since, because a key is valid by its place.
    #[must_use]
    pub fn holds(&self, event: &Canonical, stored: &dyn Stored) -> bool {
        let claims = event.claims();
        let here = claims.from == self.from && claims.to == self.to;
        let held = stored.at(claims.epoch, claims.seq).filter(|_| here);
        held.is_some_and(|(id, _)| id == event.id())
    }

    /// Returns the key with which an event of this channel must be verified.
    ///
    /// A key is valid by its place, never by the time: the key of the channel signs until it
    /// announces another one; a new epoch may begin under the key of today. Nothing more is taken
    /// from a key that was lost or stolen, whatever the date it claims.
    pub fn key_for(&self, event: &Canonical, author: &Identity) -> Result<PublicKey, UnknownKey> {
        let claims = event.claims();
        let kid = claims.kid;
        let today = author.key(KeyUse::Sig).map(|key| key.kid());
        let begins = claims.kind == EventKind::Control && claims.seq == Seq(1);
        let expected = match self.kid {
            Some(current) => kid == current || begins && Some(kid) == today,
            None => Some(kid) == today,
        };
        let believed = !matches!(
            author.revocation(kid),
            Some(RevokedKey(RevocationCause::Lost | RevocationCause::Compromise))
        );
        let key = author.signing_key(kid, KeyUse::Sig);
        key.filter(|_| expected && believed).ok_or(UnknownKey)
    }

    /// Judges the place of an event. `control` is what its clear body says, if its kind is `ctl`.
    #[must_use]
    pub fn place(&self, event: Verified, control: Option<Control>, stored: &dyn Stored) -> Verdict {
        let header = event.header();
        if header.from != self.from || header.to != self.to {
            return Verdict::Refused(ChannelRefusal::WrongChannel);
        }
        let (epoch, seq) = (header.epoch, header.seq);
        if let Some((held, signed)) = stored.at(epoch, seq) {
            return if held == event.id() { Verdict::Duplicate } else { fork(signed, &event) };
        }
        if epoch < self.epoch {
            return Verdict::Refused(ChannelRefusal::StaleEpoch);
        }
        if epoch > self.epoch && seq == Seq(1) {
            return self.place_new_epoch(event, control, stored);
        }
        if epoch > self.epoch || seq > self.next_seq() {
            return Verdict::Gap;
        }
        if self.status != ChannelStatus::Open {
            return Verdict::Refused(ChannelRefusal::NotOpen);
        }
        self.place_next(event, control, stored)
    }

    fn place_next(
        &self,
        event: Verified,
        control: Option<Control>,
        stored: &dyn Stored,
    ) -> Verdict {
        let before = self.head.filter(|head| head.epoch == self.epoch);
        let opens = matches!(control, Some(Control::EpochOpen { .. }));
        let is_control = event.header().kind == EventKind::Control;
        if opens || is_control && control.is_none() || !is_control && control.is_some() {
            return Verdict::Refused(ChannelRefusal::Invalid);
        }
        if event.header().previous == before.map(|head| head.id) {
            return Verdict::Append(Box::new(Positioned { event, control }));
        }
        match before.and_then(|head| stored.at(head.epoch, head.seq)) {
            Some((_, held)) => fork(held, &event),
            None => Verdict::Refused(ChannelRefusal::Invalid),
        }
    }

    fn place_new_epoch(
        &self,
        event: Verified,
        control: Option<Control>,
        stored: &dyn Stored,
    ) -> Verdict {
        let Some(Control::EpochOpen { why, last }) = control else {
            return Verdict::Refused(ChannelRefusal::Invalid);
        };
        let known = last.is_none_or(|last| {
            stored.at(last.epoch, last.seq).is_some_and(|(id, _)| id == last.id)
        });
        let trusted = match why {
            EpochReason::Restore | EpochReason::Rotate => known,
            EpochReason::Fork | EpochReason::Poison | EpochReason::Manual => {
                known && !matches!(self.status, ChannelStatus::Forked | ChannelStatus::Closed)
            }
        };
        if trusted || self.allowed.is_some_and(|from| from <= event.header().epoch) {
            Verdict::Append(Box::new(Positioned { event, control }))
        } else {
            Verdict::NeedsHuman
        }
    }

    /// Returns in its place an event that was placed before it was written in our own journal. For
    /// nothing else: the place is not judged a second time.
    #[must_use]
    pub const fn recall(event: Verified, control: Option<Control>) -> Positioned {
        Positioned { event, control }
    }

    /// Takes note that an event was appended.
    #[must_use]
    pub fn advanced(mut self, appended: &Positioned) -> Self {
        let head = appended.event.head();
        if head.epoch > self.epoch {
            self.epoch = head.epoch;
            self.status = ChannelStatus::Open;
            self.allowed = None;
        }
        self.head = Some(head);
        self.kid = match &appended.control {
            Some(Control::KeyNotice { kid, .. }) => Some(*kid),
            _ => Some(appended.event.header().kid),
        };
        if appended.control == Some(Control::Bye) {
            self.status = ChannelStatus::Closed;
        }
        self
    }

    /// Takes note of an event of which its own journal kept the place, and not the header any more: it
    /// said nothing of the channel, and was signed with its key.
    #[must_use]
    pub fn passed(mut self, head: Head) -> Self {
        self.head = Some(head);
        self
    }

    /// Takes note of a fork in the current epoch: it takes nothing more. A fork in an epoch that is
    /// over is evidence, and must not be noted here: whoever kept old bytes could stop the channel
    /// with them for ever.
    #[must_use]
    pub const fn forked(mut self) -> Self {
        self.status = ChannelStatus::Forked;
        self
    }

    /// Takes note that the next event cannot be stored.
    #[must_use]
    pub const fn blocked(mut self) -> Self {
        self.status = ChannelStatus::Blocked;
        self
    }

    /// Takes note that a human allowed the next epoch to open, or one after it: once.
    #[must_use]
    pub const fn allowed(mut self) -> Self {
        self.allowed = Some(self.epoch.next());
        self
    }
}

/// Without the header that it held, a receiver has no proof to give: it refuses, and keeps its own.
fn fork(held: Option<Signed>, other: &Verified) -> Verdict {
    match held {
        Some(held) => Verdict::Fork(Box::new(ForkProof { held, other: other.signed().clone() })),
        None => Verdict::Refused(ChannelRefusal::Invalid),
    }
}

#[cfg(test)]
mod tests;
