//! What pages and programs read.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use maillage_protocol::body::{
    Content, InTime, NeedReport, Payload, Professional, SafeRule, Saying,
};
use maillage_protocol::codes::{AttemptEnd, HeardBy, Helped, Medium, NeedCode, Urgency};
use maillage_protocol::consent::{Consent, FeedbackLevel};
use maillage_protocol::directory::Card;
use maillage_protocol::disclosure::Category;
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::encoding;
use maillage_protocol::id::{EventId, NodeId, ProfessionalId, ReferralId};
use maillage_protocol::label::sha256;
use maillage_protocol::need::NeedStatus;
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{
    Act, Author, Confirmation, Event, Proposal, Reminder, Round, Stage, Status, Turn,
};
use maillage_protocol::seal::{BodyPlace, ContentKey};
use maillage_protocol::time::Timestamp;

use super::cases::{Case, Reminded, Told};
use super::erasure::ErasureState;
use super::feedback::is_unshared;
use super::jobs::late;
use super::narrowing::Narrowable;
use super::peers::{LinkState, Trouble};
use super::person::PersonCard;
use super::reactions::awaits_contact;
use super::renewal::ends_soon;
use super::saying::side_of;
use super::state::State;
use super::team::Colleague;
use super::{App, AppError};
use crate::facts::{Entry, EventEntry};
use crate::journal::Number;

/// A reference that can be said over the telephone: eight characters, not secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortCode([u8; 5]);

impl ShortCode {
    /// Returns the reference of a referral.
    #[must_use]
    pub fn of(referral: ReferralId) -> Self {
        let [a, b, c, d, e, ..] = sha256(&referral.to_bytes());
        Self([a, b, c, d, e])
    }
}

impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::grouped(&encoding::crockford(&self.0)))
    }
}

impl fmt::Debug for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortCode({self})")
    }
}

impl FromStr for ShortCode {
    type Err = encoding::NotExact;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let bytes = encoding::from_crockford(typed)?;
        bytes.try_into().map(Self).map_err(|_| encoding::NotExact)
    }
}

/// Whether the last thing that we said has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It concerns nobody else.
    Local,
    /// It is recorded, and waits for the other node.
    Waiting,
    /// It was sent, and the other node has not said that it holds it.
    Sent,
    /// The other node signed that it holds it.
    Delivered,
}

/// One referral in a list.
#[derive(Clone, Debug)]
pub struct WorklistRow {
    /// Its name.
    pub id: ReferralId,
    /// Its reference.
    pub code: ShortCode,
    /// Her first name, if this node may know it and still does.
    pub first_name: Option<Private<String>>,
    /// What she needs.
    pub need: NeedCode,
    /// The name of the other organization, unless she wants it never said who sent her.
    pub other: Option<String>,
    /// Whether lists leave out her name for her safety.
    pub discreet: bool,
    /// Which half is ours.
    pub side: Author,
    /// The word for it.
    pub status: Status,
    /// Who must act, and before when.
    pub turn: Option<Turn>,
    /// Before when we have to choose what follows, if this was the last attempt to meet a need
    /// that we answer for.
    pub choose: Option<Timestamp>,
    /// Whether that is us.
    pub mine: bool,
    /// Whether it waits to be opened here: for the first time, or again after a refusal.
    pub unopened: bool,
    /// Whether a right may be lost.
    pub urgent: bool,
    /// Whether she wants the sender to know yes or no, and nothing of what follows.
    pub unshared: bool,
    /// What our team was told last to be late, if it still is.
    pub reminder: Option<Reminder>,
    /// Who of our team that is for.
    pub told: Vec<Colleague>,
    /// Whether it is for whoever reads it.
    pub told_reader: bool,
    /// Whether the last thing that we said has arrived.
    pub delivery: Delivery,
}

impl Worklist {
    /// Returns every row, to be changed.
    pub(super) fn rows(&mut self) -> impl Iterator<Item = &mut WorklistRow> {
        let Self { urgent, to_answer, waiting, to_clarify, to_close, to_choose } = self;
        [urgent, to_answer, waiting, to_clarify, to_close, to_choose].into_iter().flatten()
    }
}

impl WorklistRow {
    /// Leaves out whoever reads it of those who are to be told.
    pub(super) fn read_by(&mut self, reader: ProfessionalId) {
        self.told_reader = self.told.iter().any(|colleague| colleague.id == reader);
        self.told.retain(|colleague| colleague.id != reader);
    }

    /// Tells whether we have to choose what follows.
    #[must_use]
    pub const fn has_to_choose(&self) -> bool {
        self.choose.is_some() && self.mine
    }
}

/// Everything that waits for somebody, each row in one list, the most urgent first.
#[derive(Clone, Debug, Default)]
pub struct Worklist {
    /// A right may be lost.
    pub urgent: Vec<WorklistRow>,
    /// We have to answer.
    pub to_answer: Vec<WorklistRow>,
    /// Somebody else has to act.
    pub waiting: Vec<WorklistRow>,
    /// We have to say what became of it.
    pub to_clarify: Vec<WorklistRow>,
    /// We have to close it.
    pub to_close: Vec<WorklistRow>,
    /// Nobody helps her any more: we have to choose what follows.
    pub to_choose: Vec<WorklistRow>,
}

/// Everything that may be shown of one referral.
#[derive(Clone, Debug)]
pub struct Story {
    /// As in a list.
    pub row: WorklistRow,
    /// What was asked.
    pub proposal: Option<Proposal>,
    /// Her name and the way to reach her, if this node may know them and still does.
    pub contact: Option<PersonCard>,
    /// Whether those who accepted wait for the way to reach her, and it was lost here with a backup.
    pub contact_lost: bool,
    /// Until when she agreed.
    pub agreed_until: Option<Timestamp>,
    /// Which items about her she agreed to have told, what she took back left out.
    pub agreed_items: Vec<Category>,
    /// Whether she withdrew, and how far the erasure is.
    pub erasure: Option<ErasureState>,
    /// Who of ours follows it, and how they are called.
    pub follower: Option<(ProfessionalId, Private<String>)>,
    /// Whether she says that the outcome that was stated last did not help.
    pub contested: bool,
    /// Whether the outcome that was stated is confirmed.
    pub confirmation: Option<Confirmation>,
    /// What has become of the need, if we answer for it.
    pub need: Option<NeedStatus>,
    /// Whether the right that it is about was saved, if it has a date and we answer for the need.
    pub in_time: Option<InTime>,
    /// What was said, oldest first.
    pub steps: Vec<Step>,
    /// The other organization, as it describes itself.
    pub card: Option<Card>,
    /// Which one it is.
    pub peer: NodeId,
    /// What she may take back, and has.
    pub narrowable: Narrowable,
    /// Whether somebody else may be asked at the same time.
    pub beside: bool,
    /// Whom we asked for the same need in vain, and how that ended: how is what the next one may be
    /// told.
    pub tried: Vec<(NodeId, AttemptEnd)>,
    /// What she chose besides.
    pub chosen: Option<Chosen>,
    /// Where her chain goes on, for her receipt: ours, if we asked for her.
    pub number: Option<PathwayNumber>,
    /// Whether she may be asked to agree for longer: what she agreed to ends soon, or has ended.
    pub renewable: bool,
    /// Whether a refusal may still be asked to be looked at again, by us.
    pub reviewable: bool,
    /// What those who took over say became of her need.
    pub reported: Option<NeedReport>,
    /// Our other requests for the same need, if it came back here.
    pub came_back: Vec<ShortCode>,
    /// The request of ours by which it is passed on, or was last.
    pub passed_on: Option<(ShortCode, Status)>,
    /// The request of somebody else's that it passes on.
    pub passes_on: Option<ShortCode>,
    /// What our side says of the conference that is going on: nothing yet, or its own part.
    pub conference: Option<Option<Round>>,
}

impl Story {
    /// Returns the secrecy that binds those who read what we write: the least, unless they say more.
    #[must_use]
    pub fn regime(&self) -> SecrecyRegime {
        self.card.as_ref().map_or(SecrecyRegime::Charter, |card| card.regime)
    }

    /// Tells whether she ended it, however it had ended before.
    #[must_use]
    pub fn has_left(&self) -> bool {
        self.steps.iter().any(|step| match step.event {
            Event::Withdrawn { scope, .. } => scope.ends_the_referral(),
            _ => false,
        })
    }

    /// Returns what she said last of the help, in her own word: what the structure that helped says
    /// that she said is not it.
    #[must_use]
    pub fn her_answer(&self) -> Option<Helped> {
        self.steps.iter().rev().find_map(|step| match &step.event {
            Event::FeedbackGiven { helped, heard, .. } if *heard != HeardBy::Receiver => {
                Some(*helped)
            }
            _ => None,
        })
    }
}

/// What she chose besides the request itself.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// How much those who asked for her are told.
    pub feedback: FeedbackLevel,
    /// Whether she is counted.
    pub counted: bool,
    /// How she may be asked whether it helped.
    pub askable: Option<Medium>,
    /// Whether nobody may send her anything.
    pub discreet: bool,
}

impl Chosen {
    fn of(consent: &Consent) -> Self {
        Self {
            feedback: consent.feedback(),
            counted: consent.allows_counting(),
            askable: consent.askable(),
            discreet: consent.grant().discreet,
        }
    }
}

/// One thing that was said.
#[derive(Clone, Debug)]
pub struct Step {
    /// When, by the clock of who said it.
    pub at: Timestamp,
    /// Whose word it is.
    pub by: Author,
    /// What was said.
    pub event: Event,
    /// Whether it has arrived, if we said it.
    pub delivery: Delivery,
    /// The words that went with it.
    pub text: Option<Private<String>>,
    /// Who may be called about it.
    pub speaker: Option<Private<Professional>>,
    /// Whether another word overtook it: it moved nothing (referral.md §5.9).
    pub late: bool,
}

impl Step {
    /// Leaves out what she agreed to for a time that is over. What we asked ourselves is ours to read.
    fn close(&mut self, ours: Author) {
        (self.text, self.speaker) = (None, None);
        if let Event::Proposed(proposal) = &mut self.event
            && ours == Author::Receiver
        {
            **proposal = proposal.clone().outline();
        }
    }
}

/// A node that we are linked with, or about to be.
#[derive(Clone, Debug)]
pub struct PeerView {
    /// Its name for machines.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Sixteen characters that can be read over the telephone.
    pub fingerprint: String,
    /// Where it is.
    pub url: String,
    /// How the link is.
    pub state: LinkState,
    /// How it describes itself.
    pub card: Option<Card>,
    /// Whether it coordinates the territory.
    pub coordinates: bool,
    /// When it last gave a sign of life: to this process, or else in something that it signed.
    pub last_contact: Option<Timestamp>,
    /// How much waits for it.
    pub waiting: usize,
    /// What is wrong with the link.
    pub trouble: Option<Trouble>,
}

impl App {
    /// Returns the nodes that we are linked with, or about to be.
    #[must_use]
    pub fn partners(&self) -> Vec<PeerView> {
        let state = self.state();
        let view = |(node, peer): (&NodeId, &super::Peer)| {
            let head = peer.outgoing.index(peer.outgoing.channel.head()).0;
            let unheld = head.saturating_sub(peer.outgoing.index(peer.acked).0);
            PeerView {
                node: *node,
                name: peer.identity.name().to_owned(),
                fingerprint: node.fingerprint(),
                url: peer.url.clone(),
                state: peer.state.clone(),
                card: peer.card.clone(),
                coordinates: peer.coordinates,
                last_contact: peer.last_contact.or(peer.last_word),
                waiting: peer.waiting.len() + usize::try_from(unheld).unwrap_or(usize::MAX),
                trouble: peer.trouble(),
            }
        };
        state.peers.iter().map(view).collect()
    }

    /// Returns the referral of a reference.
    #[must_use]
    pub fn find(&self, code: ShortCode) -> Option<ReferralId> {
        self.state().cases.keys().copied().find(|id| ShortCode::of(*id) == code)
    }

    /// Returns what waits for somebody.
    pub fn worklist(&self) -> Result<Worklist, AppError> {
        let open: Vec<Arc<Case>> = {
            let state = self.state();
            let now = self.now();
            let open = |case: &&Arc<Case>| {
                let waits = case.referral.turn().is_some() || state.choice_due(case, now).is_some();
                waits && case.proposal.is_some()
            };
            state.cases.values().filter(open).cloned().collect()
        };
        let mut rows = open.iter().map(|case| self.row(case)).collect::<Result<Vec<_>, _>>()?;
        rows.sort_by_key(|row| row.turn.map(|turn| turn.due).or(row.choose));
        let mut lists = Worklist::default();
        for row in rows {
            let list = match &row {
                WorklistRow { urgent: true, .. } => &mut lists.urgent,
                WorklistRow { mine: false, .. } => &mut lists.waiting,
                WorklistRow { choose: Some(_), .. } => &mut lists.to_choose,
                WorklistRow { turn: Some(turn), .. } => match turn.act {
                    Act::Open | Act::Decide | Act::AnswerQuestion | Act::Join => {
                        &mut lists.to_answer
                    }
                    Act::SayIfHelped | Act::Reconsider => &mut lists.to_close,
                    _ => &mut lists.to_clarify,
                },
                WorklistRow { turn: None, .. } => continue,
            };
            list.push(row);
        }
        Ok(lists)
    }

    /// Returns the referrals that are over, the latest first, at most `limit`.
    pub fn ended(&self, limit: usize) -> Result<Vec<WorklistRow>, AppError> {
        let mut over: Vec<Arc<Case>> = {
            let state = self.state();
            let over = |case: &&Arc<Case>| case.referral.status().is_over();
            state.cases.values().filter(over).cloned().collect()
        };
        over.sort_by_key(|case| std::cmp::Reverse(case.records.last().copied()));
        over.iter().take(limit).map(|case| self.row(case)).collect()
    }

    /// Returns everything that may be shown of one referral.
    pub fn story(&self, id: ReferralId) -> Result<Option<Story>, AppError> {
        let Some(case) = self.case(id).filter(|case| case.proposal.is_some()) else {
            return Ok(None);
        };
        let mut steps = self.told(&case)?;
        let contact = self.told_card(&case)?;
        let card = {
            let state = self.state();
            state.peers.get(&case.peer).and_then(|peer| peer.card.clone())
        };
        let (need, dropped, beside, tried) = {
            let state = self.state();
            let tried = state.tried_at(&case);
            let beside = state.may_ask_beside(&case);
            (state.need_status(&case), state.is_dropped(&case), beside, tried)
        };
        let in_time = self.state().right_in_time(&case, self.now());
        let came_back = self.came_back(&case);
        let row = self.row(&case)?;
        // Who sent her is not said: neither is their number, nor the name of their desk. Those who have
        // to talk about her give their own names.
        let masked = row.other.is_none();
        let name = self.name_of(case.peer);
        let desk = |speaker: &Private<Professional>| speaker.reveal().name == name;
        let hidden = |step: &&mut Step| masked && step.speaker.as_ref().is_some_and(desk);
        steps.iter_mut().filter(hidden).for_each(|step| step.speaker = None);
        let shown = |card: Card| Card { telephone: card.telephone.filter(|_| !masked), ..card };
        let follower = {
            let state = self.state();
            let active = case.followed_by.and_then(|id| state.accounts.active(id));
            active.map(|account| (account.id, account.person.reveal().name.clone().into()))
        };
        Ok(Some(Story {
            follower,
            row,
            contact_lost: awaits_contact(&case) && self.kept_card(&case)?.is_none() && !case.erased,
            agreed_until: case.consent().map(|consent| consent.grant().scope.expires),
            agreed_items: case
                .consent()
                .map(|consent| consent.categories().into_iter().collect())
                .unwrap_or_default(),
            erasure: self.erasure_state(id),
            need,
            contested: matches!(case.referral.status(), Status::Concluded | Status::Closed)
                && case.referral.has_said(Helped::No),
            confirmation: case.referral.confirmation(),
            proposal: asked(&case, &steps),
            chosen: case.consent().map(Chosen::of),
            number: case.number(),
            renewable: ends_soon(&case, self.now()).is_some(),
            contact,
            steps,
            card: card.map(shown),
            peer: case.peer,
            reported: case.reported,
            in_time,
            came_back,
            narrowable: Narrowable::of(&case),
            beside,
            tried,
            reviewable: case.side == Author::Sender
                && case.referral.is_reviewable(self.now())
                && !dropped,
            passed_on: self.passed_on(&case),
            passes_on: self.passes_on(&case).map(ShortCode::of),
            conference: conference(&case),
        }))
    }

    /// Returns the state of a referral, as both nodes must fold it.
    #[must_use]
    pub fn referral(&self, id: ReferralId) -> Option<maillage_protocol::referral::Referral> {
        self.case(id).map(|case| case.referral.clone())
    }

    /// Returns which half of a referral is ours.
    #[must_use]
    pub fn side(&self, id: ReferralId) -> Option<Author> {
        self.case(id).map(|case| case.side)
    }

    /// Returns the names of the referrals that this node takes part in.
    #[must_use]
    pub fn referrals(&self) -> Vec<ReferralId> {
        self.state().cases.keys().copied().collect()
    }

    pub(super) fn row(&self, case: &Case) -> Result<WorklistRow, AppError> {
        let turn = case.referral.turn();
        let reminder = reminder(&self.state(), case, self.now());
        let contact = self.card_she_left(case)?.map(|card| card.contact);
        let careful = contact.as_ref().and_then(|contact| contact.safe_contact.as_ref());
        let rules = careful.map(|safe| safe.reveal().rules.clone()).unwrap_or_default();
        // As long as the precautions are not known here, or not any more, that may be one of them.
        let precautions = case.consent().is_some_and(|consent| {
            consent.grant().scope.categories.contains(&Category::SafeContact)
        });
        let unknown = contact.is_none() && precautions;
        let masked = unknown || rules.contains(&SafeRule::MaskedSender);
        let masked = case.side == Author::Receiver && masked;
        let asked = case.proposal.as_ref();
        let (choose, mine) = {
            let (state, now) = (self.state(), self.now());
            (state.choice_due(case, now), state.is_ours(case, now))
        };
        Ok(WorklistRow {
            id: case.id,
            code: ShortCode::of(case.id),
            first_name: contact.filter(|_| self.may_be_read(case)).and_then(|it| it.first_name),
            need: asked.map_or(NeedCode::Other, |asked| asked.code),
            other: (!masked).then(|| self.name_of(case.peer)),
            discreet: !rules
                .is_disjoint(&BTreeSet::from([SafeRule::DoNotContact, SafeRule::MaskedSender])),
            side: case.side,
            status: case.referral.status(),
            turn,
            choose,
            mine,
            unopened: is_unopened(case),
            urgent: (choose.is_some() || turn.is_some_and(|turn| turn.act != Act::SayIfHelped))
                && asked.is_some_and(|asked| asked.urgency == Urgency::RightAtRisk),
            unshared: is_unshared(case) && case.referral.status().is_helping(),
            reminder: reminder.map(|told| told.what),
            told_reader: false,
            told: reminder.map_or_else(Vec::new, |told| self.told_by(case, told)),
            delivery: case.told.last().map_or(Delivery::Local, |told| self.delivery(case, told)),
        })
    }

    pub(super) fn name_of(&self, peer: NodeId) -> String {
        let state = self.state();
        let name = state.peers.get(&peer).map(|peer| peer.identity.name().to_owned());
        name.unwrap_or_default()
    }

    pub(super) fn delivery(&self, case: &Case, told: &Told) -> Delivery {
        let state = self.state();
        let Some((epoch, seq)) = told.place else { return Delivery::Waiting };
        let held = state.peers.get(&case.peer).is_some_and(|peer| peer.holds(epoch, seq));
        if held { Delivery::Delivered } else { Delivery::Sent }
    }

    /// Reads again what was said about a referral, with the words that still open.
    fn told(&self, case: &Case) -> Result<Vec<Step>, AppError> {
        let (mut steps, mut again) = (Vec::new(), false);
        for number in &case.records {
            match self.read(*number)? {
                Some(Entry::Fact(fact)) => {
                    again |= matches!(&fact.act, Some(crate::facts::Act::Said(it)) if it.again);
                    self.tell_fact(case, *number, &fact, &mut steps)?;
                }
                Some(Entry::Received(event)) => self.tell_received(case, &event, &mut steps)?,
                _ => {}
            }
        }
        if again {
            steps.sort_by_key(|step| step.at);
        }
        mark_late(case.referral.status(), &mut steps);
        let until = case.consent().map(|consent| consent.grant().scope.expires);
        if until.is_some_and(|until| until <= self.now()) {
            steps.iter_mut().for_each(|step| step.close(case.side));
        }
        Ok(steps)
    }

    fn tell_fact(
        &self,
        case: &Case,
        number: Number,
        fact: &crate::facts::FactEntry,
        steps: &mut Vec<Step>,
    ) -> Result<(), AppError> {
        let Some(crate::facts::Act::Said(said)) = &fact.act else { return Ok(()) };
        let content = self.safe.fact_content(fact)?.unwrap_or_default();
        let mut payloads = content.outgoing.iter().map(|plaintext| Payload::decode(plaintext).ok());
        for (index, word) in said.words.iter().enumerate() {
            let payload = payloads.next().flatten();
            let Some(heard) = word.fact(side_of(case.side)) else { continue };
            let told = case
                .told
                .iter()
                .find(|told| told.what.fact == number && usize::from(told.what.index) == index);
            let delivery = told.map_or(Delivery::Local, |told| self.delivery(case, told));
            let content = payload.map(|payload| payload.content).unwrap_or_default();
            let (at, by, event) = (heard.at, heard.by, heard.event);
            let (text, speaker) = (content.text, content.speaker);
            steps.push(Step { at, by, event, delivery, text, speaker, late: false });
        }
        Ok(())
    }

    fn tell_received(
        &self,
        case: &Case,
        entry: &EventEntry<maillage_protocol::body::Skeleton>,
        steps: &mut Vec<Step>,
    ) -> Result<(), AppError> {
        // What was asked is whole in the body alone. What was closed when it came has no skeleton.
        let (skeleton, content) = match self.open_received(entry)? {
            Some(Payload { skeleton, content }) => (skeleton, content),
            None => match &entry.skeleton {
                Some(skeleton) => (skeleton.clone(), Content::default()),
                None => return Ok(()),
            },
        };
        if matches!(skeleton.saying, Saying::Consent(_)) {
            return Ok(());
        }
        let Some(fact) = skeleton.fact(side_of(case.other_side())) else { return Ok(()) };
        let (at, by, event) = (fact.at, fact.by, fact.event);
        let (delivery, text, speaker) = (Delivery::Delivered, content.text, content.speaker);
        steps.push(Step { at, by, event, delivery, text, speaker, late: false });
        Ok(())
    }

    /// Opens again the body of an event that we hold, unless it was erased.
    pub(super) fn open_received(
        &self,
        entry: &EventEntry<maillage_protocol::body::Skeleton>,
    ) -> Result<Option<Payload>, AppError> {
        let Some((_, Some(event))) = entry.recall() else { return Ok(None) };
        let header = event.header();
        let (Some(key), Some(commitment)) =
            (self.key_of_received(event.id(), entry)?, header.commitment)
        else {
            return Ok(None);
        };
        let plaintext = key.open(&entry.body, &BodyPlace::of(header), &commitment);
        Ok(plaintext.ok().and_then(|plaintext| Payload::decode(&plaintext).ok()))
    }

    /// Returns the key of an event that we hold, which may have come after it, unless it was destroyed.
    pub(super) fn key_of_received<S>(
        &self,
        id: EventId,
        entry: &EventEntry<S>,
    ) -> Result<Option<ContentKey>, AppError> {
        let came_after = self.state().keyed.get(&id).cloned();
        let wrapped = came_after.as_ref().unwrap_or(&entry.wrapped);
        Ok(self.safe.unwrap(&id.0, wrapped)?)
    }
}

impl State {
    /// Tells whether we are the ones who have to act.
    pub(super) fn is_ours(&self, case: &Case, now: Timestamp) -> bool {
        let chooses = self.choice_due(case, now).is_some() && !self.is_in_other_hands(case, now);
        chooses
            || case.referral.turn().is_some_and(|turn| match turn.holder {
                Author::Person => case.side == Author::Sender,
                holder => holder == case.side,
            })
    }
}

/// Returns what our team was told last, if it is still so.
fn reminder<'a>(state: &State, case: &'a Case, now: Timestamp) -> Option<&'a Reminded> {
    let late = late(state, case, now);
    case.reminders.iter().rev().find(|told| late.contains(&(told.what, told.since)))
}

/// Tells whether a request waits to be opened here: for the first time, or again after a refusal.
pub(super) fn is_unopened(case: &Case) -> bool {
    let status = case.referral.status();
    let again = status == Status::Seen && case.referral.receiver.stage == Stage::Declined;
    case.side == Author::Receiver && (status == Status::Delivered || again)
}

/// Marks what another word overtook, by the precedence of referral.md §5.5: her withdrawal, a mistake,
/// help that was given, a cancellation. What her withdrawal overtook is what came here after it.
fn mark_late(status: Status, steps: &mut [Step]) {
    let (mut left, mut cancelled) = (false, false);
    for step in steps {
        step.late = match (status, &step.event) {
            (_, Event::FeedbackGiven { .. }) => false,
            (Status::Withdrawn, _) => left,
            (Status::Mistaken, event) => {
                matches!(event, Event::Concluded { .. } | Event::ReferredOn { .. })
            }
            (Status::Concluded | Status::Closed | Status::ReferredOn, event) => {
                matches!(event, Event::Cancelled { .. } | Event::CancellationEnforced)
            }
            (Status::Cancelled, event) => {
                let settles = matches!(event, Event::CancellationConfirmed { .. });
                step.by == Author::Receiver && !settles && cancelled
            }
            _ => false,
        };
        match step.event {
            Event::Withdrawn { scope, .. } => left |= scope.ends_the_referral(),
            Event::Cancelled { .. } => cancelled = true,
            _ => {}
        }
    }
}

/// Returns our part in the conference that is going on, if there is one.
fn conference(case: &Case) -> Option<Option<Round>> {
    let (ours, theirs) = match case.side {
        Author::Sender => (case.referral.sender.round, case.referral.receiver.round),
        Author::Receiver | Author::Person => {
            (case.referral.receiver.round, case.referral.sender.round)
        }
    };
    let last = ours.into_iter().chain(theirs).map(|round| round.number).max()?;
    let going_on = case.referral.status() == Status::CaseConference;
    going_on.then(|| ours.filter(|round| round.number == last))
}

/// Returns what was asked: whole, as long as it may be read.
fn asked(case: &Case, steps: &[Step]) -> Option<Proposal> {
    let whole = steps.iter().find_map(|step| match &step.event {
        Event::Proposed(proposal) => Some((**proposal).clone()),
        _ => None,
    });
    whole.or_else(|| case.proposal.clone())
}
