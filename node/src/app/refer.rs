//! Saying something about a referral: proposing one, answering, following it to its end.
//!
//! Under the turn of the referral: decide, seal what is to be told, write one record, take note.

use std::collections::BTreeSet;
use std::sync::Arc;

use maillage_protocol::body::{
    Contact, Content, Context, Cover, Payload, Professional, SafeRule, Side, Skeleton, Thread,
    Unsayable,
};
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    Accommodation, AgeBracket, HalfDay, Language, Medium, Mobility, Mode, NeedCode, Obstacle,
    Right, Urgency, Zone,
};
use maillage_protocol::consent::{
    Agreement, Basis, CollectionPlace, Consent, ConsentReceipt, FeedbackLevel, Gesture,
    NotAConsent, Notice, PersonalCode, Purpose, SignedReceipt, Subject, Validity,
};
use maillage_protocol::disclosure::{Category, Level, OutOfScope, SecrecyRegime};
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::{
    ConsentId, NeedId, NodeId, PathwayId, PayloadId, ProfessionalId, ReferralId, ServiceId,
};
use maillage_protocol::need::NeedFacts;
use maillage_protocol::pathway::Circle;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{
    Author, Command, Fact, Phase, Proposal, Referral, Refusal, Rules, Tried, decide,
};
use maillage_protocol::time::{DAY, Timestamp};
use zeroize::Zeroizing;

use super::cases::Case;
use super::feedback::news_of;
use super::narrowing::{PersonCard, is_narrowed, is_told_anew};
use super::passing::{hop_to, taken_up};
use super::peers::LinkState;
use super::turns::Subject as TurnOf;
use super::words::{Unwritable, Words};
use super::{App, AppError};
use crate::env::random;
use crate::facts::{Act, FactContent, Outgoing, Said};
use crate::journal::Record;
use crate::vault::VaultKey;

/// How long after the end of a consent what it covered may still be kept, locked.
pub(super) const GRACE: std::time::Duration = DAY.saturating_mul(30);

/// What a professional asks for a person, once she agreed.
#[derive(Clone, Debug)]
pub struct Request {
    /// The organization that is asked.
    pub peer: NodeId,
    /// Which of its services.
    pub service: ServiceId,
    /// What is needed.
    pub code: NeedCode,
    /// The right at stake.
    pub right: Option<Right>,
    /// What stands in the way.
    pub obstacles: BTreeSet<Obstacle>,
    /// Where she lives, roughly.
    pub zone: Option<Zone>,
    /// Until when, for the right not to be lost.
    pub deadline: Option<Day>,
    /// How she wants to be helped.
    pub mode: Option<Mode>,
    /// When she can come.
    pub schedule: BTreeSet<HalfDay>,
    /// How she can come.
    pub mobility: BTreeSet<Mobility>,
    /// Her language, if French is not enough.
    pub language: Option<Language>,
    /// What the place or the way must be like.
    pub accommodations: BTreeSet<Accommodation>,
    /// Her name and the way to reach her: told after acceptance, and not before.
    pub contact: Contact,
    /// Whether the writer read the note again, and says that what looks like a name is nobody's.
    pub reviewed: bool,
    /// How she agreed.
    pub gesture: Gesture,
    /// Where.
    pub place: CollectionPlace,
    /// What was read to her.
    pub notice: Notice,
    /// What the sender is told of what becomes of it.
    pub feedback: FeedbackLevel,
    /// Whether she may be counted.
    pub statistics: bool,
    /// How she may be asked whether it helped.
    pub askable: Option<Medium>,
    /// For how long.
    pub validity: Validity,
    /// The referral that this one comes after, for the same need: an attempt of ours that did not
    /// meet it, or a request of somebody else's, which is passed on.
    pub after: Option<ReferralId>,
    /// What only those who are bound by secrecy may know besides, once they accepted.
    pub context: Option<Context>,
    /// Whether it is asked beside that attempt, which still waits for its answer.
    pub beside: bool,
    /// Whether she wants to have it told what was tried before.
    pub tells_tried: bool,
}

/// A referral that was proposed.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// Its name.
    pub referral: ReferralId,
    /// Her code, to be printed on her receipt; `None` if this was said before.
    pub code: Option<PersonalCode>,
    /// What we sign of her agreement, to be printed beside the code.
    pub receipt: Option<SignedReceipt>,
}

/// The words that go with a command.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// A few words for the other side, where an event takes them.
    pub text: Option<Words>,
    /// Who speaks for us in a conference.
    pub speaker: Option<Private<Professional>>,
}

impl Texts {
    /// Adds a few words, or none.
    #[must_use]
    pub fn of(text: Option<Words>) -> Self {
        Self { text, speaker: None }
    }
}

impl From<Texts> for Content {
    fn from(Texts { text, speaker }: Texts) -> Self {
        Self { text: text.map(|words| words.text), speaker, ..Self::default() }
    }
}

/// Tells whether nothing may ever be sent to her, and her receipt says nothing to whoever finds it.
#[must_use]
pub fn is_discreet(contact: &Contact) -> bool {
    let careful = contact.safe_contact.as_ref();
    careful.is_some_and(|careful| careful.reveal().rules.contains(&SafeRule::DoNotContact))
}

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// There is no such referral here.
    #[error("there is no such referral")]
    Unknown,
    /// The organization is not linked with us, or does not have this service.
    #[error("the organization cannot be asked")]
    NoSuchService,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// She did not agree to this, or it has no place there.
    #[error(transparent)]
    Unsayable(#[from] Unsayable),
    /// What she agreed to makes no consent.
    #[error(transparent)]
    NotAConsent(#[from] NotAConsent),
    /// It would be passed on in a circle, or once too often.
    #[error(transparent)]
    Circle(#[from] Circle),
    /// The need is closed, or somebody is asked already.
    #[error("no next step is to be chosen")]
    NoOpenNeed,
    /// A text holds what must not be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// What identifies was erased.
    #[error("what identifies was erased")]
    Erased,
    /// Our clock and those of our peers differ too much for a consent to be dated.
    #[error("the clock of this node differs from those of its peers")]
    WrongClock,
    /// The node failed: nothing was recorded.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<crate::vault::VaultError> for SayError {
    fn from(error: crate::vault::VaultError) -> Self {
        Self::App(error.into())
    }
}

/// Where a request comes from.
struct Origin {
    need: NeedId,
    pathway: PathwayId,
    /// What opens the need, if it is new.
    opens: Option<Box<NeedFacts>>,
    /// How many times it was passed on before it gets there.
    hop: u8,
    /// The request of somebody else's that it goes on.
    parent: Option<ReferralId>,
    /// The rules of the whole chain.
    rules: Rules,
    /// What was tried before, if she wants it told.
    tried: Vec<Tried>,
    /// Whether another structure is asked at the same time.
    beside: bool,
}

/// One word, ready to be written: what we keep, and what the other side gets.
struct Word {
    skeleton: Skeleton,
    outgoing: Option<(Outgoing, Zeroizing<Vec<u8>>)>,
}

impl App {
    /// Proposes a referral, with the person's consent. `once` is the one-time key of the form: a
    /// second call with the same finds the first.
    pub fn propose(
        &self,
        who: ProfessionalId,
        request: Request,
        once: [u8; 16],
    ) -> Result<Proposed, SayError> {
        match request.after {
            // One choice at a time: what follows an attempt is asked of one structure.
            Some(before) => self
                .turns
                .take(TurnOf::Referral(before), || self.propose_in_turn(who, request, once)),
            None => self.propose_in_turn(who, request, once),
        }
    }

    fn propose_in_turn(
        &self,
        who: ProfessionalId,
        request: Request,
        once: [u8; 16],
    ) -> Result<Proposed, SayError> {
        if let Some(referral) = self.already(&once) {
            return Ok(Proposed { referral, code: None, receipt: None });
        }
        if self.doubts_its_clock() {
            return Err(SayError::WrongClock);
        }
        let regime = self.service_regime(request.peer, request.service)?;
        written(&request).try_for_each(|words| words.check(regime))?;
        check_regime(&request, regime)?;
        let referral = ReferralId::from_random(random(&*self.env));
        let code = PersonalCode::from_random(random(&*self.env));
        self.turns.take(TurnOf::Referral(referral), || {
            let now = self.now();
            let origin = self.origin_of(&request)?;
            let consent = self.agreement(who, referral, &code, (&request, &origin), now)?;
            let (peer, unit) = (request.peer, self.safe.new_unit()?);
            let proposal = proposal(&request, &origin, &consent, now);
            let thread = Thread {
                referral: Some(referral),
                need: Some(origin.need),
                pathway: Some(origin.pathway),
                answers: Vec::new(),
                consent: Some(consent.id()),
            };
            let command = Command::Propose {
                proposal: Box::new(proposal),
                consent: Box::new(consent.clone()),
            };
            let fact = decide(&Referral::default(), Author::Sender, now, command)?;
            let cover = Cover { consent: &consent, to: peer, regime, acceptance: None, at: now };
            let given = Payload::of_consent(&consent, thread.clone());
            let asked = self.payload(thread, &fact, Content::default());
            let words = [
                told(peer, given, &consent, None, 0)?,
                told(peer, asked, &consent, Some(&cover), 1)?,
            ];
            let mut said = Said {
                referral,
                peer,
                side: Author::Sender,
                unit,
                words: Vec::new(),
                who: Some(who),
                outgoing: Vec::new(),
                opens: origin.opens,
                lookup: Some(code.lookup().0),
                once: Some(once),
            };
            let mut content = FactContent::default();
            assemble(&mut said, &mut content, words);
            let asked =
                self.fact(Some(VaultKey::Unit(unit)), &Act::Said(Box::new(said)), &content)?;
            let passed_on = match origin.parent {
                Some(parent) => Some(self.refer_on(who, parent, referral, consent.id())?),
                None => None,
            };
            // Together, and what is said of the parent first: a stop in between leaves it with a
            // child that never was, which is taken back.
            let card = PersonCard { contact: request.contact, context: request.context };
            let kept = self.kept(referral, &card)?;
            let records: Vec<_> = passed_on.into_iter().chain([asked, kept]).collect();
            self.append(&records)?;
            if let Some(parent) = origin.parent {
                // She may have stopped while it was written.
                self.follow_chain(parent)?;
            }
            let receipt = ConsentReceipt::sign(consent.grant(), self.node(), &self.sig());
            let receipt = receipt.expect("a grant holds codes, dates and identifiers");
            Ok(Proposed { referral, code: Some(code), receipt: Some(receipt) })
        })
    }

    fn agreement(
        &self,
        who: ProfessionalId,
        referral: ReferralId,
        code: &PersonalCode,
        (request, origin): (&Request, &Origin),
        now: Timestamp,
    ) -> Result<Consent, SayError> {
        let id = ConsentId::from_random(random(&*self.env));
        let mut purposes =
            BTreeSet::from([Purpose::TransmitReferral, Purpose::BeContacted, Purpose::Feedback]);
        if request.statistics {
            purposes.insert(Purpose::AnonymousStatistics);
        }
        if request.askable.is_some() {
            purposes.insert(Purpose::BeAsked);
        }
        if !origin.tried.is_empty() {
            purposes.insert(Purpose::AlreadyTried);
        }
        let agreement = Agreement {
            id,
            referral,
            subject: Subject(random(&*self.env)),
            notice: request.notice.clone(),
            purposes,
            categories: categories(request, origin),
            receiver: request.peer,
            host: None,
            service: request.service,
            feedback: request.feedback,
            basis: Basis::PublicTask,
            validity: request.validity,
            place: request.place,
            agent: who,
            askable: request.askable,
            discreet: is_discreet(&request.contact),
            code: code.commitment(id),
            renews: None,
        };
        Ok(Consent::given(agreement, request.gesture, now)?)
    }

    /// Says something about a referral, in the name of our organization or of the person in front
    /// of us.
    pub fn say(
        &self,
        who: Option<ProfessionalId>,
        by: Author,
        id: ReferralId,
        command: Command,
        texts: Texts,
        once: Option<[u8; 16]>,
    ) -> Result<(), SayError> {
        self.say_if(who, by, id, command, texts, once, || true)
    }

    /// The same, if something still holds once it is the turn of this word.
    #[expect(clippy::too_many_arguments, reason = "each is a part of one sentence")]
    pub(super) fn say_if(
        &self,
        who: Option<ProfessionalId>,
        by: Author,
        id: ReferralId,
        command: Command,
        texts: Texts,
        once: Option<[u8; 16]>,
        still: impl FnOnce() -> bool,
    ) -> Result<(), SayError> {
        if once.is_some_and(|once| self.already(&once).is_some()) {
            return Ok(());
        }
        let ends = matches!(&command, Command::Withdraw(scope) if scope.ends_the_referral());
        self.turns.take(TurnOf::Referral(id), || {
            let case = self.case(id).ok_or(SayError::Unknown)?;
            if !still() {
                return Ok(());
            }
            if by != Author::Person && by != case.side {
                return Err(Refusal::NotYours.into());
            }
            if let Some(words) = &texts.text {
                words.check(self.regime_of(case.peer))?;
            }
            let again = matches!(command, Command::RequestReview { .. });
            if again && self.state().is_dropped(&case) {
                return Err(Refusal::NotNow(case.referral.status()).into());
            }
            let fact = decide(&case.referral, by, self.now(), taken_up(&case, command))?;
            self.write_word(&case, who, fact, texts.into(), once)
        })?;
        if ends {
            self.erase_referral(id, ErasureCause::Withdrawal)?;
        }
        // Our own word may be the one that was missing: two plans are a yes.
        Ok(self.react(id)?)
    }

    /// Returns where a request comes from: nowhere, an attempt before, or a request of others.
    fn origin_of(&self, request: &Request) -> Result<Origin, SayError> {
        let Some(before) = request.after else { return Ok(self.new_need(request)) };
        let case = self.case(before).ok_or(SayError::Unknown)?;
        let (need, pathway) = case.chain.ok_or(SayError::NoOpenNeed)?;
        let rules = Rules::default();
        let tried = match request.tells_tried {
            true => self.state().tried(&case),
            false => Vec::new(),
        };
        let beside = request.beside;
        let attempt =
            Origin { need, pathway, opens: None, hop: 0, parent: None, rules, tried, beside };
        match case.side {
            Author::Sender if beside => {
                let may = self.state().may_ask_beside(&case);
                may.then_some(attempt).ok_or(SayError::NoOpenNeed)
            }
            Author::Sender => {
                self.need_to_choose_for(before)?;
                Ok(attempt)
            }
            Author::Receiver | Author::Person => {
                let hop = hop_to(&case, request.peer)?;
                let rules = case.proposal.as_ref().map_or(rules, |asked| asked.rules);
                Ok(Origin { hop, parent: Some(before), rules, beside: false, ..attempt })
            }
        }
    }

    fn new_need(&self, request: &Request) -> Origin {
        let pathway = PathwayId::from_random(random(&*self.env));
        let facts = NeedFacts {
            owner: self.node,
            pathway,
            code: request.code,
            right: request.right,
            obstacles: request.obstacles.clone(),
            deadline: request.deadline,
            zone: request.zone.clone(),
            age: AgeBracket::NotGiven,
            autonomy: None,
            referent: None,
            stand_in: None,
            handed_over_from: None,
        };
        let need = NeedId::from_random(random(&*self.env));
        let (opens, rules) = (Some(Box::new(facts)), Rules::default());
        let (tried, beside) = (Vec::new(), false);
        Origin { need, pathway, opens, hop: 0, parent: None, rules, tried, beside }
    }

    pub(super) fn write_word(
        &self,
        case: &Case,
        who: Option<ProfessionalId>,
        fact: Fact,
        content: Content,
        once: Option<[u8; 16]>,
    ) -> Result<(), SayError> {
        let payload = self.payload(thread_of(case), &fact, content);
        let record = self.word(case, who, payload, once)?;
        Ok(self.append(&[record])?)
    }

    /// Makes the record of one word about a referral, and tells the other side what it may know.
    pub(super) fn word(
        &self,
        case: &Case,
        who: Option<ProfessionalId>,
        payload: Payload,
        once: Option<[u8; 16]>,
    ) -> Result<Record, SayError> {
        let news = news_of(case, &payload);
        self.word_and_news(case, who, payload, news, once)
    }

    /// Makes the record of one word, of which the other side is told something, or nothing.
    pub(super) fn word_and_news(
        &self,
        case: &Case,
        who: Option<ProfessionalId>,
        payload: Payload,
        news: Option<Payload>,
        once: Option<[u8; 16]>,
    ) -> Result<Record, SayError> {
        if payload.content != Content::default() && case.erased {
            return Err(SayError::Erased);
        }
        let mut said = Said {
            referral: case.id,
            peer: case.peer,
            side: case.side,
            unit: case.unit,
            words: Vec::new(),
            who,
            outgoing: Vec::new(),
            opens: None,
            lookup: None,
            once,
        };
        let mut hidden = FactContent::default();
        let alone = self.unit_alone(case, &payload)?;
        let skeleton = payload.skeleton.clone();
        let word = if let Some(payload) = news {
            let consent = case.consent().ok_or(SayError::Unknown)?;
            let cover = Cover {
                consent,
                to: case.peer,
                regime: self.regime_of(case.peer),
                acceptance: case.referral.acceptance(),
                at: self.now(),
            };
            Word { skeleton, ..told(case.peer, payload, consent, Some(&cover), 0)? }
        } else {
            Word { skeleton, outgoing: None }
        };
        assemble(&mut said, &mut hidden, [word]);
        let holder = match alone {
            Some(unit) => VaultKey::Unit(unit),
            None => self.holder(case, &said.outgoing)?,
        };
        Ok(self.fact(Some(holder), &Act::Said(Box::new(said)), &hidden)?)
    }

    /// Returns the key under which a word is sealed until it leaves.
    ///
    /// Her withdrawal destroys the key of the referral, and must reach the other side all the
    /// same: it is evidence, and names nobody. So is what follows an erasure.
    fn holder(&self, case: &Case, outgoing: &[Outgoing]) -> Result<VaultKey, AppError> {
        let evidence = |entry: &Outgoing| matches!(entry, Outgoing::Sealed { consent: true, .. });
        if case.erased || outgoing.iter().any(evidence) {
            Ok(self.safe.evidence(self.now())?)
        } else {
            Ok(VaultKey::Unit(case.unit))
        }
    }

    pub(super) fn payload(&self, thread: Thread, fact: &Fact, content: Content) -> Payload {
        let id = PayloadId::from_random(random(&*self.env));
        Payload::of_fact(id, thread, fact, content)
    }

    /// Does what this node has to do by itself, now that something new is known: state that it
    /// holds a request, cut a circle, release the contact once it is accepted.
    pub(super) fn react(&self, id: ReferralId) -> Result<(), AppError> {
        if self.case(id).is_some_and(|case| has_left(&case)) {
            self.erase_referral(id, ErasureCause::Withdrawal)?;
            return self.follow(id);
        }
        self.sweep(id)?;
        self.narrow(id)?;
        let reaction = self.turns.take(TurnOf::Referral(id), || {
            let Some(case) = self.case(id) else { return Ok(()) };
            match case.side {
                Author::Receiver if is_new(&case) => {
                    self.acknowledge(&case)?;
                    self.cut_circle(id)
                }
                Author::Receiver => self.cut_circle(id),
                Author::Sender if awaits_contact(&case) && self.is_wanted(&case) => {
                    self.disclose(&case)
                }
                Author::Sender if is_told_anew(&case) => self.disclose(&case),
                _ => Ok(()),
            }
        });
        match reaction {
            Ok(()) => {}
            Err(SayError::App(error)) => return Err(error),
            // The rules or her consent say no: the turn says what a human has to do.
            Err(refused) => {
                tracing::info!(referral.id = %id, "nothing to do by itself: {refused}");
            }
        }
        self.follow(id)
    }

    /// Does what follows from a referral, for its need and for those before and after it.
    fn follow(&self, id: ReferralId) -> Result<(), AppError> {
        self.follow_need(id)?;
        self.follow_chain(id)
    }

    fn acknowledge(&self, case: &Case) -> Result<(), SayError> {
        let fact = decide(&case.referral, Author::Receiver, self.now(), Command::Acknowledge)?;
        self.write_word(case, None, fact, Content::default(), None)
    }

    pub(super) fn disclose(&self, case: &Case) -> Result<(), SayError> {
        let PersonCard { contact, context } = self.kept_card(case)?.ok_or(SayError::Erased)?;
        // Those who were bound by secrecy when she agreed may not be any more.
        let context = context.filter(|_| self.regime_of(case.peer).is_bound_by_secrecy());
        let level = if context.is_some() { Level::L3 } else { Level::L2 };
        let consent = case.consent().cloned().ok_or(SayError::Unknown)?;
        let command = Command::Disclose { level, consent: Box::new(consent) };
        let fact = decide(&case.referral, Author::Sender, self.now(), command)?;
        let content = Content { contact: Some(contact), context, ..Content::default() };
        self.write_word(case, None, fact, content, None)
    }

    /// Reacts to everything that a stop may have left without its reaction.
    pub(super) fn resume_reactions(&self) -> Result<(), AppError> {
        let cases: Vec<_> = self.state().cases.values().cloned().collect();
        let waits = |case: &Arc<Case>| {
            is_new(case)
                || awaits_contact(case)
                || has_left(case)
                || is_narrowed(case)
                || self.awaits_its_need(case)
                || self.awaits_its_chain(case)
        };
        let waiting: Vec<_> = cases.into_iter().filter(waits).map(|case| case.id).collect();
        waiting.into_iter().try_for_each(|id| self.react(id))
    }

    /// Returns what is known of a referral.
    pub(super) fn case(&self, id: ReferralId) -> Option<Arc<Case>> {
        self.state().cases.get(&id).cloned()
    }

    fn already(&self, once: &[u8; 16]) -> Option<ReferralId> {
        self.state().once.get(once).copied()
    }

    /// Returns the secrecy that binds a service of a peer, if it can be asked.
    fn service_regime(&self, peer: NodeId, service: ServiceId) -> Result<SecrecyRegime, SayError> {
        let state = self.state();
        let peer = state.peers.get(&peer).filter(|peer| peer.state == LinkState::Active);
        let card = peer.and_then(|peer| peer.card.as_ref());
        let card = card.filter(|card| card.service(service).is_some());
        card.map(|card| card.regime).ok_or(SayError::NoSuchService)
    }

    /// Returns the secrecy that binds those who read at a peer: the least, unless it says more.
    fn regime_of(&self, peer: NodeId) -> SecrecyRegime {
        let state = self.state();
        let card = state.peers.get(&peer).and_then(|peer| peer.card.as_ref());
        card.map_or(SecrecyRegime::Charter, |card| card.regime)
    }
}

/// Returns what was written freely about her.
fn written(request: &Request) -> impl Iterator<Item = Words> {
    let hours = request.contact.safe_contact.as_ref();
    let hours = hours.and_then(|safe| safe.reveal().hours.clone()).map(Private::from);
    let context = request.context.as_ref().and_then(|context| context.note.clone());
    let texts = [request.contact.practical_note.clone(), hours, context];
    texts.into_iter().flatten().map(|text| Words { text, reviewed: request.reviewed })
}

/// Tells whether a request has come that this node has not stated to hold.
fn is_new(case: &Case) -> bool {
    let asked = matches!(case.referral.sender.phase, Phase::Asked(_));
    case.side == Author::Receiver && asked && case.referral.receiver.delivered.is_none()
}

/// Tells whether she withdrew, and what identifies her is still here.
fn has_left(case: &Case) -> bool {
    case.referral.person.has_left() && !case.erased
}

/// Tells whether the receiver accepted and waits for the contact.
fn awaits_contact(case: &Case) -> bool {
    let referral = &case.referral;
    let helps = referral.status().is_helping() && referral.receiver.accepted.is_some();
    case.side == Author::Sender && helps && referral.sender.disclosed.is_none()
}

fn proposal(request: &Request, origin: &Origin, consent: &Consent, now: Timestamp) -> Proposal {
    let rules = origin.rules;
    Proposal {
        service: request.service,
        code: request.code,
        right: request.right,
        obstacles: request.obstacles.clone(),
        zone: request.zone.clone(),
        deadline: request.deadline,
        urgency: Urgency::at(rules.calendar, now, request.deadline),
        mode: request.mode,
        schedule: request.schedule.clone(),
        mobility: request.mobility.clone(),
        language: request.language.clone(),
        accommodations: request.accommodations.clone(),
        criteria: BTreeSet::new(),
        hop: origin.hop,
        parent: origin.parent,
        parallel: origin.beside,
        tried: origin.tried.clone(),
        feedback: request.feedback,
        askable: request.askable.is_some(),
        consent: consent.id(),
        rules,
    }
}

/// Returns what the request tells of her once it is accepted.
fn told_once_accepted(request: &Request) -> Content {
    let (contact, context) = (Some(request.contact.clone()), request.context.clone());
    Content { contact, context, ..Content::default() }
}

/// Nobody promises to tell what the receiver may not know.
fn check_regime(request: &Request, regime: SecrecyRegime) -> Result<(), SayError> {
    let told = told_once_accepted(request).categories();
    let locked =
        |category: &&Category| category.level() == Level::L3 && !regime.is_bound_by_secrecy();
    match told.iter().find(locked) {
        Some(category) => Err(Unsayable::from(OutOfScope::AboveRegime(*category)).into()),
        None => Ok(()),
    }
}

/// Returns what the request tells of her, before and after acceptance: each agreed to by itself.
fn categories(request: &Request, origin: &Origin) -> BTreeSet<Category> {
    let told = [
        (true, Category::Need),
        (request.right.is_some(), Category::Right),
        (!request.obstacles.is_empty(), Category::Obstacles),
        (request.zone.is_some(), Category::Zone),
        (request.deadline.is_some(), Category::Deadline),
        (request.mode.is_some(), Category::Mode),
        (!request.schedule.is_empty(), Category::Schedule),
        (!request.mobility.is_empty(), Category::Mobility),
        (request.language.is_some(), Category::Language),
        (!request.accommodations.is_empty(), Category::Accommodation),
        (!origin.tried.is_empty(), Category::AlreadyTried),
    ];
    let asked = told.into_iter().filter_map(|(told, category)| told.then_some(category));
    asked.chain(told_once_accepted(request).categories()).collect()
}

/// Returns what a word about a referral is about.
pub(super) fn thread_of(case: &Case) -> Thread {
    Thread {
        referral: Some(case.id),
        need: case.chain.map(|(need, _)| need),
        pathway: case.chain.map(|(_, pathway)| pathway),
        answers: Vec::new(),
        consent: case.consent().map(Consent::id),
    }
}

/// Encodes a payload for a peer, if she agreed to it.
fn told(
    to: NodeId,
    payload: Payload,
    consent: &Consent,
    cover: Option<&Cover<'_>>,
    part: u16,
) -> Result<Word, SayError> {
    let plaintext = Zeroizing::new(payload.encode(cover)?);
    let evidence = payload.skeleton.header_kind() == "consent";
    let expires = consent.grant().scope.expires.after(GRACE);
    let outgoing = Outgoing::Sealed { to, consent: evidence, expires, part };
    Ok(Word { skeleton: payload.skeleton, outgoing: Some((outgoing, plaintext)) })
}

fn assemble(said: &mut Said, content: &mut FactContent, words: impl IntoIterator<Item = Word>) {
    for word in words {
        said.words.push(word.skeleton);
        if let Some((outgoing, plaintext)) = word.outgoing {
            said.outgoing.push(outgoing);
            content.outgoing.push(plaintext);
        }
    }
}

/// Returns which half an organization has.
pub(super) const fn side_of(author: Author) -> Side {
    match author {
        Author::Sender => Side::Sender,
        Author::Receiver | Author::Person => Side::Receiver,
    }
}
