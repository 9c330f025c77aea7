//! The nodes that we are linked with, as the journal tells: who they are, what each channel holds,
//! and what waits for its place.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use maillage_protocol::channel::Channel;
use maillage_protocol::control::Control;
use maillage_protocol::delivery::Health;
use maillage_protocol::directory::Card;
use maillage_protocol::event::{Head, Recipient, Verified};
use maillage_protocol::id::{Epoch, EventId, NodeId, ReferralId, Seq};
use maillage_protocol::identity::{Identity, SignedIdentity};
use maillage_protocol::time::Timestamp;

use crate::facts::LinkRole;
use crate::journal::Number;

/// A node that we are linked with, or about to be.
pub struct Peer {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// How the link is.
    pub state: LinkState,
    /// Where it is: what was approved, until its identity says otherwise.
    pub url: String,
    /// What it sent us.
    pub incoming: Stream,
    /// What we signed for it.
    pub outgoing: Stream,
    /// The last of our events that it holds, as it signed.
    pub acked: Option<Head>,
    /// The last receipt that we issued.
    pub issued: Option<Head>,
    /// What waits for its place, in the order of the journal.
    pub waiting: BTreeSet<Waiting>,
    /// What of it starts the channel again: it comes first.
    pub opens: Option<Waiting>,
    /// What has its place, and is not held by the peer yet, as far as it signed.
    pub unheld: VecDeque<Unheld>,
    /// How it describes itself.
    pub card: Option<Card>,
    /// Whether it coordinates the territory.
    pub coordinates: bool,
    /// Events that we hold without their key, oldest first.
    pub without_key: Vec<Head>,
    /// When it last called us, or answered.
    pub last_contact: Option<Timestamp>,
    /// When it last signed something that we hold, by its clock.
    pub last_word: Option<Timestamp>,
    /// When it last came to wait for what we have for it, since it cannot be reached.
    pub polled: Option<Timestamp>,
    /// What a human has to look at.
    pub alert: Option<Alert>,
    /// How the delivery to it goes, in this life of the process.
    pub health: Health,
}

/// How a link is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Both nodes know the invitation. Our administrator has not compared the code yet.
    Pending {
        /// Our part.
        role: LinkRole,
        /// Six digits.
        code: String,
    },
    /// Our administrator approved.
    Active,
    /// Our administrator suspended it.
    Suspended,
}

/// What a human has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// The peer wrote two histories.
    Forked,
    /// The peer holds events of ours that this node never signed: a copy of it may be alive.
    CopyAlive,
    /// Its identity log has two continuations.
    IdentityForked,
}

/// What is wrong with a link, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The link rests until a human has looked at it.
    Alert(Alert),
    /// It says that it cannot take our next event.
    Blocked,
    /// It does not want our events.
    Refuses,
    /// Words of it wait for a key that it has not given again.
    Closed,
    /// It has not answered since then. We go on trying.
    Silent(Timestamp),
}

impl Trouble {
    /// Tells whether a human has to do something about it.
    #[must_use]
    pub const fn needs_a_human(self) -> bool {
        !matches!(self, Self::Silent(_))
    }

    /// Names it, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Alert(Alert::Forked) => "forked",
            Self::Alert(Alert::CopyAlive) => "copy_alive",
            Self::Alert(Alert::IdentityForked) => "identity_forked",
            Self::Blocked => "blocked",
            Self::Refuses => "refuses",
            Self::Closed => "closed",
            Self::Silent(_) => "silent",
        }
    }
}

/// One channel, and where its events are in the journal.
pub struct Stream {
    /// What follows what.
    pub channel: Channel,
    places: Vec<(Epoch, Vec<Number>)>,
}

/// Something to be told, whose act is in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// The act.
    pub fact: Number,
    /// Which of its entries.
    pub index: u16,
}

/// Something that was signed, and that may be lost with its place when the channel starts again.
#[derive(Clone, Copy, Debug)]
pub struct Unheld {
    /// The event.
    pub event: Number,
    /// What it tells.
    pub what: Waiting,
    /// About which referral, if it is about one.
    pub referral: Option<ReferralId>,
}

impl Stream {
    /// Starts an empty channel.
    #[must_use]
    pub const fn new(from: NodeId, to: Recipient) -> Self {
        Self { channel: Channel::new(from, to), places: Vec::new() }
    }

    /// Takes note of an event of our own journal: of its place alone, once its header was destroyed.
    pub fn recall(
        &mut self,
        head: Head,
        event: Option<Verified>,
        control: Option<Control>,
        number: Number,
    ) {
        let channel = self.channel.clone();
        self.channel = match event {
            Some(event) => channel.advanced(&Channel::recall(event, control)),
            None => channel.passed(head),
        };
        match self.places.last_mut() {
            Some((last, numbers)) if *last == head.epoch => numbers.push(number),
            _ => self.places.push((head.epoch, vec![number])),
        }
    }

    /// Leaves behind what follows a head, because the channel starts again after it.
    pub fn leave_after(&mut self, last: Option<Head>) {
        let kept = last.map_or((Epoch(0), 0), |last| (last.epoch, last.seq.0));
        self.places.retain_mut(|(epoch, numbers)| {
            if *epoch == kept.0 {
                numbers.truncate(usize::try_from(kept.1).unwrap_or(usize::MAX));
            }
            *epoch <= kept.0
        });
    }

    /// Returns the record that holds a place.
    #[must_use]
    pub fn number(&self, epoch: Epoch, seq: Seq) -> Option<Number> {
        let at = usize::try_from(seq.0).ok()?.checked_sub(1)?;
        let (_, numbers) = self.places.iter().find(|(known, _)| *known == epoch)?;
        numbers.get(at).copied()
    }

    /// Tells whether this event holds its place.
    #[must_use]
    pub fn names(&self, head: Head, events: &HashMap<EventId, Number>) -> bool {
        let held = self.number(head.epoch, head.seq);
        held.is_some() && events.get(&head.id).copied() == held
    }

    /// Returns the records after a place, through later epochs, at most `limit`.
    #[must_use]
    pub fn after(&self, epoch: Epoch, seq: Seq, limit: usize) -> Vec<Number> {
        let skip = usize::try_from(seq.0).unwrap_or(usize::MAX);
        let later = self.places.iter().filter(|(known, _)| *known >= epoch);
        let numbers = later.flat_map(|(known, numbers)| {
            numbers.iter().skip(if *known == epoch { skip } else { 0 })
        });
        numbers.take(limit).copied().collect()
    }

    /// Returns how many events there are up to a place, over all epochs: the place of an event
    /// in the life of the channel.
    #[must_use]
    pub fn index_of(&self, epoch: Epoch, seq: Seq) -> Seq {
        let earlier = self.places.iter().filter(|(known, _)| *known < epoch);
        let earlier: usize = earlier.map(|(_, numbers)| numbers.len()).sum();
        // What was left behind when the channel started again may have been held.
        let over = self.places.iter().find(|(known, _)| *known == epoch);
        let over = over.filter(|_| epoch < self.channel.epoch()).map(|(_, numbers)| numbers.len());
        let seq = over.map_or(seq.0, |end| seq.0.min(end as u64));
        Seq(seq.saturating_add(earlier as u64))
    }

    /// Returns how many events there are up to a head, over all epochs.
    #[must_use]
    pub fn index(&self, head: Option<Head>) -> Seq {
        head.map_or(Seq::ZERO, |head| self.index_of(head.epoch, head.seq))
    }

    /// Returns the records after so many events, at most `limit`.
    #[must_use]
    pub fn after_index(&self, after: Seq, limit: usize) -> Vec<Number> {
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        let numbers = self.places.iter().flat_map(|(_, numbers)| numbers);
        numbers.skip(skip).take(limit).copied().collect()
    }
}

impl Peer {
    /// Starts a link with a node.
    #[must_use]
    pub fn new(us: NodeId, identity: Identity, url: String, state: LinkState) -> Self {
        let peer = identity.node();
        Self {
            identity: Arc::new(identity),
            state,
            url,
            incoming: Stream::new(peer, Recipient::Node(us)),
            outgoing: Stream::new(us, Recipient::Node(peer)),
            acked: None,
            issued: None,
            waiting: BTreeSet::new(),
            opens: None,
            unheld: VecDeque::new(),
            card: None,
            coordinates: false,
            without_key: Vec::new(),
            last_contact: None,
            last_word: None,
            polled: None,
            alert: None,
            health: Health::Well,
        }
    }

    /// Takes note of what the peer holds, as it signed.
    pub fn acknowledged(&mut self, head: Head) {
        self.acked = Some(head);
        let Some(last) = self.outgoing.number(head.epoch, head.seq) else { return };
        while self.unheld.front().is_some_and(|unheld| unheld.event <= last) {
            self.unheld.pop_front();
        }
    }

    /// Takes note of an event of its identity log.
    pub fn learn(&mut self, event: &SignedIdentity) {
        match Identity::clone(&self.identity).append(event) {
            Ok(identity) => {
                if let Some(url) = identity.urls().first() {
                    self.url.clone_from(url);
                }
                self.identity = Arc::new(identity);
            }
            Err(maillage_protocol::identity::IdentityError::Forked) => {
                self.alert = Some(Alert::IdentityForked);
            }
            // What does not follow was refused when it came, and is kept as it came.
            Err(_) => {}
        }
    }

    /// Returns what is wrong with the link, if anything is.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        match (self.alert, self.health) {
            (Some(alert), _) => Some(Trouble::Alert(alert)),
            (None, Health::Blocked) => Some(Trouble::Blocked),
            (None, Health::Suspended) => Some(Trouble::Refuses),
            _ if !self.without_key.is_empty() => Some(Trouble::Closed),
            (None, Health::Unreachable(since)) => Some(Trouble::Silent(since)),
            (None, Health::Well) => None,
        }
    }

    /// Returns how many of our events there are to deliver: none after what the peer holds, while
    /// what starts the channel again waits for its place.
    #[must_use]
    pub fn signed(&self) -> Seq {
        let end = if self.opens.is_some() { self.acked } else { self.outgoing.channel.head() };
        self.outgoing.index(end)
    }

    /// Tells whether the peer holds one of our events, as far as it signed.
    #[must_use]
    pub fn holds(&self, epoch: Epoch, seq: Seq) -> bool {
        self.acked.is_some_and(|head| (head.epoch, head.seq) >= (epoch, seq))
    }
}
