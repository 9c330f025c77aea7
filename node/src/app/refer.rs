//! Proposing a referral: where it comes from, what she agrees to, and the one record that says so.

use std::collections::BTreeSet;

use maillage_protocol::body::{
    Channel, Contact, Content, Context, Cover, Payload, SafeRule, Thread, Unsayable,
};
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    Accommodation, AgeBracket, HalfDay, Language, Medium, Mobility, Mode, NeedCode, Obstacle,
    Right, Urgency, Zone,
};
use maillage_protocol::consent::{
    Agreement, CollectionPlace, Consent, ConsentReceipt, FeedbackLevel, Gesture, Notice,
    PersonalCode, Purpose, SignedReceipt, Subject, Validity,
};
use maillage_protocol::disclosure::{Category, Level, OutOfScope, SecrecyRegime};
use maillage_protocol::id::{
    ConsentId, NeedId, NodeId, PathwayId, ProfessionalId, ReferralId, ServiceId,
};
use maillage_protocol::need::NeedFacts;
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Author, Command, Proposal, Referral, Rules, Tried, decide};
use maillage_protocol::time::{DAY, Timestamp};

use super::App;
use super::passing::hop_to;
use super::peers::LinkState;
use super::person::PersonCard;
use super::saying::{SayError, assemble, told};
use super::turns::Subject as TurnOf;
use super::words::Words;
use crate::env::random;
use crate::facts::{Act, FactContent, Said};
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
    /// The chain that it goes on, by the receipt of another structure. What it comes after, if there
    /// is such a referral, has a chain already.
    pub goes_on: Option<PathwayNumber>,
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

/// Tells whether nothing may ever be sent to her, and her receipt says nothing to whoever finds it.
#[must_use]
pub fn is_discreet(contact: &Contact) -> bool {
    let careful = contact.safe_contact.as_ref();
    careful.is_some_and(|careful| careful.reveal().rules.contains(&SafeRule::DoNotContact))
}

/// Where a request comes from.
struct Origin {
    need: NeedId,
    pathway: PathwayId,
    /// Whether the need is new.
    opens: bool,
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

impl App {
    /// Proposes a referral, with the person's consent. `once` is the one-time key of the form: a
    /// second call with the same finds the first.
    pub fn propose(
        &self,
        who: ProfessionalId,
        request: Request,
        once: [u8; 16],
    ) -> Result<Proposed, SayError> {
        // The second of two clicks waits for the first, and finds what it did.
        self.turns.take(TurnOf::Once(once), || match request.after {
            // One choice at a time: what follows an attempt is asked of one structure.
            Some(before) => self
                .turns
                .take(TurnOf::Referral(before), || self.propose_in_turn(who, request, once)),
            None => self.propose_in_turn(who, request, once),
        })
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
        written(&request).iter().try_for_each(|words| words.check(regime))?;
        check_regime(&request, regime)?;
        let referral = ReferralId::from_random(random(&*self.env));
        let code = PersonalCode::from_random(random(&*self.env));
        self.turns.take(TurnOf::Referral(referral), || {
            let now = self.now();
            let origin = self.origin_of(&request)?;
            let consent = self.agreement(who, referral, &code, (&request, &origin), now)?;
            let (peer, unit) = (request.peer, self.safe.new_unit()?);
            let proposal = proposal(&request, &origin, &consent, now);
            let opens = origin.opens.then(|| opened_by(self.node, origin.pathway, &proposal));
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
                opens,
                lookup: Some(code.lookup().0),
                once: Some(once),
                again: false,
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
        let mut purposes = BTreeSet::from([Purpose::TransmitReferral, Purpose::Feedback]);
        // Who comes by herself is called by nobody.
        if request.contact.channel != Some(Channel::ComesWithCode) {
            purposes.insert(Purpose::BeContacted);
        }
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
            basis: self.state().practice.basis,
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

    /// Returns where a request comes from: nowhere, an attempt before, or a request of others.
    fn origin_of(&self, request: &Request) -> Result<Origin, SayError> {
        let Some(before) = request.after else { return self.new_need(request.goes_on) };
        let case = self.case(before).ok_or(SayError::Unknown)?;
        let (need, pathway) = case.chain.ok_or(SayError::NoOpenNeed)?;
        let rules = self.rules();
        let tried = match request.tells_tried {
            true => self.state().tried(&case),
            false => Vec::new(),
        };
        let beside = request.beside;
        // Another attempt is as far along the chain as the one before.
        let hop = case.proposal.as_ref().map_or(0, |asked| asked.hop);
        let attempt =
            Origin { need, pathway, opens: false, hop, parent: None, rules, tried, beside };
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

    /// Returns the rules by which the clocks of a new chain of requests run.
    fn rules(&self) -> Rules {
        Rules { calendar: self.state().practice.calendar, ..Rules::default() }
    }

    /// A need that is told here for the first time, in a chain that her receipt names, or in a new one.
    fn new_need(&self, goes_on: Option<PathwayNumber>) -> Result<Origin, SayError> {
        let (rules, tried, beside) = (self.rules(), Vec::new(), false);
        let (pathway, hop) = match goes_on {
            Some(number) => (number.pathway, number.next_hop(rules)?),
            None => (PathwayId::from_random(random(&*self.env)), 0),
        };
        let need = NeedId::from_random(random(&*self.env));
        Ok(Origin { need, pathway, opens: true, hop, parent: None, rules, tried, beside })
    }

    /// Returns the secrecy that binds a service of a peer, if it can be asked.
    fn service_regime(&self, peer: NodeId, service: ServiceId) -> Result<SecrecyRegime, SayError> {
        let state = self.state();
        let peer = state.peers.get(&peer).filter(|peer| peer.state == LinkState::Active);
        let card = peer.and_then(|peer| peer.card.as_ref());
        let card = card.filter(|card| card.service(service).is_some());
        card.map(|card| card.regime).ok_or(SayError::NoSuchService)
    }
}

/// Returns what is known of a need by the first request that it causes.
pub(super) fn opened_by(owner: NodeId, pathway: PathwayId, asked: &Proposal) -> Box<NeedFacts> {
    Box::new(NeedFacts {
        owner,
        pathway,
        code: asked.code,
        right: asked.right,
        obstacles: asked.obstacles.clone(),
        deadline: asked.deadline,
        zone: asked.zone.clone(),
        age: AgeBracket::NotGiven,
        autonomy: None,
        referent: None,
        stand_in: None,
        handed_over_from: None,
    })
}

/// Returns what was written freely about her.
fn written(request: &Request) -> Vec<Words> {
    let hours = request.contact.safe_contact.as_ref();
    let hours = hours.and_then(|safe| safe.reveal().hours.clone()).map(Private::from);
    let context = request.context.as_ref();
    let note = context.and_then(|context| context.note.clone());
    let others = context.map(|context| [&context.coordination, &context.representative]);
    let others: Vec<_> = others.into_iter().flatten().flatten().map(Private::reveal).collect();
    let functions = others.iter().map(|other| other.function.clone().into());
    let names = others.iter().map(|other| Words::named(other.name.clone()));
    let texts = [request.contact.practical_note.clone(), hours, note];
    let texts = texts.into_iter().flatten().chain(functions);
    let read = texts.map(|text| Words { text, reviewed: request.reviewed });
    read.chain(names).collect()
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

#[cfg(test)]
mod tests {
    use maillage_protocol::body::Professional;
    use maillage_protocol::calendar::Calendar;
    use maillage_protocol::consent::Basis;

    use super::*;
    use crate::app::Practice;
    use crate::app::tests::{NADIA, Pair, Several, request};

    /// Whoever else follows her is named, and nothing is written in the place of a name.
    #[test]
    fn what_is_said_of_other_professionals_is_read_before_it_is_kept() {
        let nodes = Several::of(&["CCAS de Brenne", "MDS Est"]);
        let ask = |name: &str, function: &str, once| {
            let (name, function) = (name.to_owned(), function.to_owned());
            let follows = Professional { name, function, phone: String::new() };
            let context = Context { coordination: Some(follows.into()), ..Context::default() };
            let asked = Request { context: Some(context), ..request(nodes.apps[1].node()) };
            nodes.apps[0].propose(NADIA, asked, [once; 16])
        };
        const NUMBER: &str = "2 69 05 49 588 157 80";
        for (name, function, once) in [(NUMBER, "conseillère", 1), ("Mme Martin", NUMBER, 2)] {
            let refused = ask(name, function, once);
            assert!(matches!(refused, Err(SayError::Unwritable(_))), "{name}: {refused:?}");
        }
        ask("Mme Martin", "conseillère", 3).unwrap();
    }

    /// The basis and the calendar of the structure that asks are in what it writes, and the purposes
    /// are those that she was asked about: nobody calls who comes by herself.
    #[test]
    fn a_request_says_by_which_law_and_which_days_and_for_what() {
        let pair = Pair::linked();
        let ask = |way: Channel, once| {
            let mut asked = request(pair.b.node());
            asked.contact.channel = Some(way);
            let proposed = pair.a.propose(NADIA, asked, [once; 16]).unwrap();
            let case = pair.a.case(proposed.referral).unwrap();
            let calendar = case.proposal.as_ref().unwrap().rules.calendar;
            let grant = case.consent().unwrap().grant().clone();
            (grant.basis, calendar, grant.scope.purposes.contains(&Purpose::BeContacted))
        };
        let phone = Channel::Phone { number: Private::from("+33198765432".to_owned()) };
        assert_eq!(ask(phone, 1), (Basis::PublicTask, Calendar::Metropolitan, true));
        let (basis, calendar) = (Basis::LegitimateInterest, Calendar::AlsaceMoselle);
        pair.a.adopt(Practice { basis, calendar });
        assert_eq!(ask(Channel::ComesWithCode, 2), (basis, calendar, false));
        pair.exchange();
        pair.b.referrals().into_iter().for_each(|id| pair.same_referral(id));
    }
}
