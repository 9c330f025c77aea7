//! The referrals that this node takes part in, as the journal tells.

use std::collections::BTreeSet;

use maillage_protocol::body::{NeedReport, Saying, Side, Skeleton, Thread};
use maillage_protocol::codes::ConferenceReason;
use maillage_protocol::consent::{Consent, WithdrawalScope};
use maillage_protocol::id::{
    ConsentId, Epoch, EventId, NeedId, NodeId, PathwayId, PayloadId, ProfessionalId, ReferralId,
    Seq, UnitId,
};
use maillage_protocol::referral::{Author, Event, Proposal, Referral, Reminder, Stage};
use maillage_protocol::time::Timestamp;

use super::inbox::NOWHERE;
use super::notes::NotePlace;
use super::peers::Waiting;
use super::saying::side_of;
use crate::facts::Notice;
use crate::journal::Number;
use crate::vault::Quarter;

/// One referral at this node.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub id: ReferralId,
    /// What the three voices said.
    pub referral: Referral,
    /// Which half is ours.
    pub side: Author,
    /// The other organization.
    pub peer: NodeId,
    /// The quarter in which it began here: the key of its skeletons.
    pub began: Quarter,
    /// The unit under which what is written of it is sealed here.
    pub unit: UnitId,
    /// The unit under which we keep what those whom we asked told us.
    theirs: Option<UnitId>,
    /// What was exchanged about it and is not gone altogether, oldest first.
    pub(super) exchanged: Vec<Exchanged>,
    /// Where what she told of herself lies, oldest first: each under a unit of its own.
    pub told_of_her: Vec<ToldOfHer>,
    /// The need, and the chain of attempts it belongs to.
    pub chain: Option<(NeedId, PathwayId)>,
    /// Where we told last how to reach her.
    pub disclosed: Option<Number>,
    /// Where we told last that she agreed again.
    pub renewed: Option<Number>,
    /// What was asked.
    pub proposal: Option<Proposal>,
    /// What she agreed to.
    consents: Vec<Consent>,
    /// The records that speak of it, oldest first.
    pub records: Vec<Number>,
    /// What we said that has to reach the other side, oldest first.
    pub told: Vec<Told>,
    /// What the other side said: its events, oldest first.
    pub heard: Vec<EventId>,
    /// When it last ended, by the clock of who ended it.
    pub ended: Timestamp,
    /// Whether she stopped everything, and not with this organization alone.
    pub left_everything: bool,
    /// The third structure that took over, if the receiver passed her on.
    pub passed_to: Option<ReferralId>,
    /// What became of her need there, as far as it may be told.
    pub reported: Option<NeedReport>,
    /// When that was last said.
    pub reported_at: Timestamp,
    /// What she took back under agreements that are not known yet: a restored node hears its own words
    /// before those of others. With when, and whether whoever said it had met her.
    early: Vec<(ConsentId, WithdrawalScope, Timestamp, bool)>,
    /// Whether anybody wrote that she stops everything.
    pub left_pathway: bool,
    /// What our team was told to be late, oldest first.
    pub reminders: Vec<Reminded>,
    /// Who of ours spoke last.
    pub spoke: Option<ProfessionalId>,
    /// Who of ours spoke last, or was given it since.
    pub followed_by: Option<ProfessionalId>,
    /// When it was given to them, until they read it.
    pub handed: Option<Timestamp>,
    /// When the other side first said something that nobody of ours has read.
    pub news: Option<Timestamp>,
    /// Which mails went out about it.
    pub(super) mailed: Vec<Mailed>,
    /// Whether it had already been where it came.
    pub looped: bool,
    /// Whether what identifies was erased.
    pub erased: bool,
    /// Where the notes of our team lie, oldest first.
    pub(super) notes: Vec<NotePlace>,
    /// Payloads that were taken into account: a second one of the same name changes nothing.
    payloads: BTreeSet<PayloadId>,
}

/// A record that holds what she told of herself, sealed so that it can go alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldOfHer {
    /// The unit that seals it.
    pub unit: UnitId,
    /// The record.
    pub number: Number,
    /// Whether it is an answer in the sender's words, and not how to reach her.
    pub answer: bool,
}

impl ToldOfHer {
    /// Tells whether a word of the sender holds something of the kind: if so, whether it is an
    /// answer. What a receiver says of her is not what she let it know.
    #[must_use]
    pub fn is_in(skeleton: &Skeleton, said_by: Side) -> Option<bool> {
        match &skeleton.saying {
            _ if said_by != Side::Sender => None,
            Saying::Referral(Event::Disclosed { .. }) => Some(false),
            Saying::Referral(Event::Answered { .. }) => Some(true),
            _ => None,
        }
    }
}

/// An event that is not gone altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exchanged {
    /// The record.
    pub(super) number: Number,
    /// Whether we sent it.
    pub(super) sent: bool,
    /// Whether its body is there still, and not its header alone.
    pub(super) body: bool,
}

/// What our team was told to be late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// What.
    pub what: Reminder,
    /// Since when it is so.
    pub since: Timestamp,
    /// Who is to hear it.
    pub to: Vec<ProfessionalId>,
}

/// A mail that the server took, or refused for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mailed {
    /// For whom.
    pub(super) to: ProfessionalId,
    /// What it says.
    pub(super) notice: Notice,
    /// Whether it was refused.
    pub(super) refused: bool,
}

/// Something that we said, on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The act and its entry.
    pub what: Waiting,
    /// Its place, once it was signed, unless the channel started again without it.
    pub place: Option<(Epoch, Seq)>,
    /// The names under which it was signed: more than one if the channel started again.
    pub events: Vec<EventId>,
}

impl Told {
    /// Starts on its way.
    #[must_use]
    pub const fn new(what: Waiting) -> Self {
        Self { what, place: None, events: Vec::new() }
    }
}

impl Case {
    /// Starts a referral of which nothing was said yet.
    #[must_use]
    pub fn new(id: ReferralId, side: Author, peer: NodeId, began: Quarter, unit: UnitId) -> Self {
        Self {
            id,
            referral: Referral::default(),
            side,
            peer,
            began,
            unit,
            theirs: None,
            exchanged: Vec::new(),
            told_of_her: Vec::new(),
            chain: None,
            disclosed: None,
            renewed: None,
            proposal: None,
            consents: Vec::new(),
            records: Vec::new(),
            told: Vec::new(),
            heard: Vec::new(),
            ended: Timestamp::default(),
            left_everything: false,
            passed_to: None,
            reported: None,
            reported_at: Timestamp::default(),
            early: Vec::new(),
            left_pathway: false,
            reminders: Vec::new(),
            spoke: None,
            followed_by: None,
            handed: None,
            news: None,
            mailed: Vec::new(),
            looped: false,
            erased: false,
            notes: Vec::new(),
            payloads: BTreeSet::new(),
        }
    }

    /// Hears one word of an organization, or of the person in front of it. It cannot fail: what
    /// does not follow is skipped by every node alike.
    pub fn hear(&mut self, skeleton: &Skeleton, said_by: Side) {
        if !self.payloads.insert(skeleton.id) {
            return;
        }
        let Thread { need, pathway, .. } = skeleton.thread;
        self.chain = self.chain.or(need.zip(pathway));
        match &skeleton.saying {
            // Whoever asks for her keeps what she agreed to: nobody else may say it.
            Saying::Consent(grant) if said_by == Side::Sender => {
                if let Ok(consent) = Consent::recorded((**grant).clone()) {
                    self.hear_consent(consent);
                }
            }
            Saying::Referral(event) => {
                if let (Event::Proposed(proposal), Side::Sender) = (event, said_by) {
                    self.proposal.get_or_insert_with(|| (**proposal).clone());
                    self.take_back();
                }
                if let (Event::Withdrawn { scope, .. }, Some(named)) =
                    (event, skeleton.thread.consent)
                {
                    // Who never met her cannot say that she wants no more help from others.
                    let receiver = &self.referral.receiver;
                    let helps = receiver.accepted.is_some() || receiver.stage == Stage::ReferredOn;
                    let met = said_by == Side::Sender || helps;
                    self.left_pathway |= *scope == WithdrawalScope::Pathway;
                    self.early.push((named, *scope, skeleton.at, met));
                    self.take_back();
                }
                if let Some(fact) = skeleton.fact(said_by) {
                    let was_open = self.referral.turn().is_some();
                    let (stage, round) =
                        (self.referral.receiver.stage, self.referral.receiver.round);
                    let theirs = said_by != side_of(self.side) && is_news(event);
                    let before = theirs.then(|| self.referral.clone());
                    self.referral = std::mem::take(&mut self.referral).hear(&fact);
                    let named = matches!(event, Event::ConferenceJoined { .. });
                    if before.is_some_and(|before| named || before != self.referral) {
                        self.news.get_or_insert(skeleton.at);
                    }
                    let receiver = &self.referral.receiver;
                    match event {
                        Event::ReferredOn { child } if receiver.stage != stage => {
                            self.passed_to = Some(*child);
                        }
                        Event::ConferenceCalled { why, .. } if receiver.round != round => {
                            self.looped |= *why == ConferenceReason::Loop;
                        }
                        _ => {}
                    }
                    if was_open && self.referral.turn().is_none() {
                        // What ended it may have been heard before it was asked.
                        let Referral { receiver, person, .. } = &self.referral;
                        let left = person.left.unwrap_or_default();
                        self.ended = fact.at.max(receiver.since).max(left);
                    }
                }
            }
            Saying::NeedReported(report) if said_by == Side::Receiver => {
                (self.reported, self.reported_at) = (Some(*report), skeleton.at);
            }
            Saying::Consent(_)
            | Saying::NeedReported(_)
            | Saying::WithdrawalRequested
            | Saying::Unknown(_) => {}
        }
    }

    /// Keeps what she agreed to: for the first time, or again.
    fn hear_consent(&mut self, consent: Consent) {
        if self.consent_named(consent.id()).is_some() {
            return;
        }
        let kept = match consent.grant().renews {
            None => Some(consent),
            Some(first) => self.consent_named(first).and_then(|first| consent.going_on_with(first)),
        };
        // There is one, most often: room for more would cost more than all the rest.
        self.consents.reserve_exact(usize::from(kept.is_some()));
        self.consents.extend(kept);
        self.take_back();
    }

    /// Takes back what she took back, under the agreements and for the request that are known by now.
    fn take_back(&mut self) {
        let asked = self.proposal.as_ref().map(|proposal| proposal.consent);
        for early in std::mem::take(&mut self.early) {
            let (named, scope, at, met) = early;
            let first = self.first_of(named);
            let renewed = |known: &&mut Consent| Some(known.first()) == first;
            for consent in self.consents.iter_mut().filter(renewed) {
                *consent = consent.clone().hear(scope, at);
            }
            let everything = scope == WithdrawalScope::Pathway && met;
            self.left_everything |= everything && asked.is_some() && asked == first;
            self.early.extend((first.is_none() || asked.is_none()).then_some(early));
        }
    }

    /// Tells whether the mail server took a mail, once it was given one.
    pub(super) fn has_mailed(&self, to: ProfessionalId, notice: Notice) -> Option<bool> {
        let given = self.mailed.iter().find(|given| given.to == to && given.notice == notice);
        given.map(|given| !given.refused)
    }

    /// Returns every unit that seals something of it.
    pub fn units(&self) -> impl Iterator<Item = UnitId> {
        let told = self.told_of_her.iter().map(|told| told.unit);
        let noted = self.notes.iter().map(|note| note.unit);
        std::iter::once(self.unit).chain(self.theirs).chain(told).chain(noted)
    }

    /// Returns the unit under which what the other side says is kept here, if it has said something:
    /// ours if they asked us, one of its own if we asked them.
    #[must_use]
    pub fn heard_under(&self) -> Option<UnitId> {
        match self.side {
            Author::Sender => self.theirs,
            Author::Receiver | Author::Person => Some(self.unit).filter(|unit| *unit != NOWHERE),
        }
    }

    /// Takes note of the unit under which what the other side says is kept.
    pub fn keep_heard_under(&mut self, unit: UnitId) {
        match self.side {
            _ if self.heard_under().is_some() => {}
            Author::Sender => self.theirs = Some(unit).filter(|unit| *unit != self.unit),
            Author::Receiver | Author::Person => self.unit = unit,
        }
    }

    /// Returns the consent under which the referral was proposed, as she last renewed it.
    #[must_use]
    pub fn consent(&self) -> Option<&Consent> {
        self.last_of(self.proposal.as_ref()?.consent)
    }

    /// Returns the consent that a payload cites, or that it is, as she last renewed it.
    #[must_use]
    pub fn consent_of(&self, skeleton: &Skeleton) -> Option<&Consent> {
        self.last_of(self.first_of(skeleton.thread.consent?)?)
    }

    /// Returns one consent, by its name.
    pub fn consent_named(&self, id: ConsentId) -> Option<&Consent> {
        self.consents.iter().find(|consent| consent.id() == id)
    }

    fn first_of(&self, id: ConsentId) -> Option<ConsentId> {
        self.consent_named(id).map(Consent::first)
    }

    fn last_of(&self, first: ConsentId) -> Option<&Consent> {
        let renewed = self.consents.iter().filter(|consent| consent.first() == first);
        renewed.max_by_key(|consent| consent.grant().at)
    }

    /// Returns whose half is not ours.
    #[must_use]
    pub const fn other_side(&self) -> Author {
        match self.side {
            Author::Sender => Author::Receiver,
            Author::Receiver | Author::Person => Author::Sender,
        }
    }
}

/// Tells whether somebody has to hear what was said: what nodes do by themselves is no news.
const fn is_news(event: &Event) -> bool {
    !matches!(
        event,
        Event::Proposed(_)
            | Event::Delivered
            | Event::Seen { .. }
            | Event::Disclosed { .. }
            | Event::Expired { .. }
            | Event::TacitlyClosed { .. }
            | Event::CancellationEnforced
    )
}
