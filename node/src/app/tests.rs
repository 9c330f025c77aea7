//! Two nodes, without the network between them: what one signs, the other is handed.

use std::collections::BTreeSet;
use std::sync::Arc;

use maillage_protocol::body::{Channel, Contact, Content, SafeContact, SafeRule};
use maillage_protocol::codes::{Answerer, DeclineReason, Language};
use maillage_protocol::codes::{FirstContact, HeardBy, Helped, Matter, Medium, NeedCode, Outcome};
use maillage_protocol::consent::{
    CollectionPlace, FeedbackLevel, Gesture, Notice, NoticeForm, PersonalCode, Validity,
    WithdrawalScope,
};
use maillage_protocol::delivery::{self, Delivery, Input, Output};
use maillage_protocol::directory::{Card, Service};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::id::{NodeId, ProfessionalId, ReferralId, Seq, ServiceId};
use maillage_protocol::identity::Organization;
use maillage_protocol::private::Private;
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::referral::{Author, Command, Event, Evidence, NextStep, Status};
use maillage_protocol::time::DAY;
use maillage_protocol::transport::LinkAnswer;

use super::*;
use crate::disk::simulated::SimulatedDisk;
use crate::env::FixedEnv;
use crate::facts::Duty;
use crate::journal::MemoryJournal;
use crate::keys::MachineMark;
use crate::vault::MemoryVault;

pub(crate) const SERVICE: ServiceId = ServiceId::from_bytes([7; 16]);
pub(crate) const NADIA: ProfessionalId = ProfessionalId::from_bytes([1; 16]);
const KARIM: ProfessionalId = ProfessionalId::from_bytes([2; 16]);

/// What outlives a stop of a node.
pub(crate) struct Machine {
    pub(crate) env: Arc<FixedEnv>,
    journal: Arc<MemoryJournal>,
    vault: Arc<MemoryVault>,
    pub(crate) keys: Arc<KeyFile>,
    /// What is on the paper sheet.
    pub(crate) paper: PrivateKey,
}

impl Machine {
    pub(crate) fn new(seed: u64, name: &str, port: u16) -> Self {
        let env = Arc::new(FixedEnv::seeded(seed));
        let disk: Arc<dyn crate::disk::Disk> = Arc::new(SimulatedDisk::default());
        let dyn_env: Arc<dyn Env> = env.clone();
        let path = std::path::Path::new("node.key");
        let keys = KeyFile::create(&disk, &dyn_env, path, MachineMark::of(b"here"), None).unwrap();
        let journal = Arc::new(MemoryJournal::default());
        let url = format!("http://127.0.0.1:{port}");
        let made = App::begin(&*env, &*journal, &keys, name, &url, Organization::default());
        let (_, paper) = made.unwrap();
        Self { env, journal, vault: Arc::default(), keys: Arc::new(keys), paper }
    }

    /// Starts a copy of this machine, as it is now: what it does, this one will not know.
    pub(crate) fn copy(&self, restored: bool) -> Arc<App> {
        let copied = MemoryJournal::default();
        copied.append(&self.journal.read(Number(0), 1_000).unwrap()).unwrap();
        let (env, vault, keys) = (self.env.clone(), self.vault.clone(), self.keys.clone());
        Arc::new(App::open(env, Arc::new(copied), vault, keys, restored).unwrap())
    }

    pub(crate) fn start(&self) -> Arc<App> {
        let (env, journal) = (self.env.clone(), self.journal.clone());
        Arc::new(App::open(env, journal, self.vault.clone(), self.keys.clone(), false).unwrap())
    }
}

fn card(name: &str, regime: SecrecyRegime) -> Card {
    Card {
        name: name.to_owned(),
        commune: "Brenne".to_owned(),
        address: None,
        telephone: Some("+33100000000".to_owned()),
        hours: None,
        regime,
        services: vec![Service {
            id: SERVICE,
            name: "Aide aux démarches".to_owned(),
            needs: NeedCode::ALL.to_vec(),
        }],
    }
}

/// Two nodes that are linked.
pub(crate) struct Pair {
    pub(crate) ccas: Machine,
    pub(crate) epn: Machine,
    pub(crate) a: Arc<App>,
    pub(crate) b: Arc<App>,
}

impl Pair {
    pub(crate) fn linked() -> Self {
        let ccas = Machine::new(1, "CCAS de Brenne", 1001);
        let epn = Machine::new(2, "EPN Le Lavoir", 1002);
        let (a, b) = (ccas.start(), epn.start());
        a.describe(card("CCAS de Brenne", SecrecyRegime::Profession)).unwrap().unwrap();
        b.describe(card("EPN Le Lavoir", SecrecyRegime::PublicAgent)).unwrap().unwrap();
        befriend(&a, &b);
        let pair = Self { ccas, epn, a, b };
        pair.exchange();
        pair
    }

    /// Hands over what each has for the other, until nothing is left.
    pub(crate) fn exchange(&self) {
        for _ in 0..6 {
            deliver(&self.a, &self.b);
            deliver(&self.b, &self.a);
        }
        for (one, other) in [(&self.a, &self.b), (&self.b, &self.a)] {
            let standing = one.standing(other.node()).unwrap();
            assert_eq!((standing.waiting, standing.acked), (0, standing.head));
        }
    }

    /// Stops both nodes, and starts them again from their disks.
    pub(crate) fn restart(&mut self) {
        (self.a, self.b) = (self.ccas.start(), self.epn.start());
        self.tell_the_time();
    }

    /// Each tells the other what time it is, as answers between nodes do.
    pub(crate) fn tell_the_time(&self) {
        self.a.heard_clock(self.b.node(), self.b.now());
        self.b.heard_clock(self.a.node(), self.a.now());
    }

    pub(crate) fn same_referral(&self, id: ReferralId) {
        assert_eq!(self.a.referral(id), self.b.referral(id));
    }

    fn status(&self, id: ReferralId) -> Status {
        self.same_referral(id);
        self.a.referral(id).unwrap().status()
    }

    fn karim(&self, id: ReferralId, command: Command) {
        self.b.say(Some(KARIM), Author::Receiver, id, command, Texts::default(), None).unwrap();
        self.exchange();
    }
}

/// Nodes that are all linked with one another, each with its own journal.
pub(crate) struct Several {
    pub(crate) machines: Vec<Machine>,
    pub(crate) apps: Vec<Arc<App>>,
}

impl Several {
    pub(crate) fn of(names: &[&str]) -> Self {
        let machine = |(seed, name): (u16, &&str)| Machine::new(seed.into(), name, 1_000 + seed);
        let machines: Vec<_> = (1..).zip(names).map(machine).collect();
        let apps: Vec<_> = machines.iter().map(Machine::start).collect();
        for (app, name) in apps.iter().zip(names) {
            app.describe(card(name, SecrecyRegime::Profession)).unwrap().unwrap();
        }
        for (place, app) in apps.iter().enumerate() {
            apps[..place].iter().for_each(|other| befriend(app, other));
        }
        let several = Self { machines, apps };
        several.exchange();
        several
    }

    pub(crate) fn exchange(&self) {
        for _ in 0..4 {
            for from in &self.apps {
                let others = self.apps.iter().filter(|to| to.node() != from.node());
                others.for_each(|to| deliver(from, to));
            }
        }
    }

    /// Lets days pass at every node; each is told the time by its peers.
    pub(crate) fn wait(&self, days: u32) {
        self.machines.iter().for_each(|it| it.env.advance(DAY.saturating_mul(days)));
        for app in &self.apps {
            let others = self.apps.iter().filter(|it| it.node() != app.node());
            others.for_each(|it| app.heard_clock(it.node(), it.now()));
        }
    }

    pub(crate) fn restart(&mut self) {
        self.apps = self.machines.iter().map(Machine::start).collect();
    }
}

/// Links two nodes, as their administrators do.
pub(crate) fn befriend(a: &App, b: &App) {
    let code = link(a, b);
    let LinkState::Pending { code: theirs, .. } = a.link_state(b.node()).unwrap() else {
        panic!("the host should wait for its administrator")
    };
    assert_eq!(code, theirs);
    a.approve_link(b.node()).unwrap();
    b.approve_link(a.node()).unwrap();
}

pub(crate) fn link(host: &App, guest: &App) -> String {
    let invitation = host.invite().unwrap();
    let prepared = guest.prepare_link(invitation, host.identity_log()).unwrap();
    let answer: LinkAnswer = host.welcome(&prepared.request).unwrap();
    guest.finish_link(prepared, &answer).unwrap()
}

/// Delivers as the driver does, without the network: what it decides is carried out at once.
pub(crate) fn deliver(from: &App, to: &App) {
    let (us, peer) = (from.node(), to.node());
    let standing = || from.standing(peer).unwrap();
    let mut line = Delivery::resume(standing().head, standing().acked);
    let at = from.now();
    for _ in 0..100 {
        line.handle(Input::Waiting(standing().waiting));
        line.handle(Input::Signed(standing().head));
        let receipt = match line.poll(at) {
            Output::Rest => return,
            Output::Sign { at_most } => {
                let head = from.sign_waiting(peer, at_most).unwrap();
                line.handle(Input::Signed(head));
                continue;
            }
            Output::ConfirmHead => to.receipt(us, Some("nonce")),
            Output::Send { after, through } => {
                let limit = usize::try_from(through.0 - after.0).unwrap();
                let events = from.events_after(peer, after, limit).unwrap();
                let answer = to.ingest(us, events, Some("nonce")).unwrap();
                let stored = answer.results.iter().all(|result| result.code.is_none());
                assert!(stored, "{:?}", answer.results);
                answer.receipt
            }
            other => panic!("a delivery does {other:?}"),
        };
        let outcome = match from.hold_receipt(peer, &receipt, Some("nonce")).unwrap() {
            Batch::Holds(seq) => delivery::Outcome::Holds(seq),
            other => panic!("the peer {other:?}"),
        };
        line.handle(Input::Answered { at, outcome });
    }
    panic!("a delivery does not end");
}

pub(crate) fn request(peer: NodeId) -> Request {
    Request {
        peer,
        service: SERVICE,
        code: NeedCode::ALL[0],
        right: None,
        obstacles: BTreeSet::new(),
        zone: None,
        deadline: None,
        mode: None,
        schedule: BTreeSet::new(),
        mobility: BTreeSet::new(),
        language: None,
        accommodations: BTreeSet::new(),
        contact: Contact {
            first_name: Some(Private::from("Zéphirine-Canari".to_owned())),
            channel: Some(Channel::Phone { number: Private::from("+33198765432".to_owned()) }),
            ..Contact::default()
        },
        reviewed: false,
        gesture: Gesture::Screen,
        place: CollectionPlace::InPerson,
        notice: Notice::of(
            1,
            Language::try_from("fr".to_owned()).unwrap(),
            NoticeForm::ALL[0],
            "Je peux demander",
        ),
        feedback: FeedbackLevel::Outcome,
        statistics: true,
        askable: Some(Medium::ALL[0]),
        validity: Validity::HalfYear,
        after: None,
        context: None,
        goes_on: None,
        beside: false,
        tells_tried: false,
    }
}

/// Gives somebody an account that mail reaches.
pub(crate) fn hire(app: &App, name: &str, duty: Option<Duty>) -> ProfessionalId {
    let person = AccountPerson::new(&format!("{name}@epn.example"), name);
    let password = "le lavoir de brenne".to_owned().into();
    let id = app.add_account(&person, vec![Capability::Work], &password).unwrap().unwrap();
    app.give_duty(id, duty).unwrap();
    id
}

/// Lets days pass at both nodes.
pub(crate) fn wait(pair: &Pair, days: u32) {
    let machines = [&pair.ccas, &pair.epn];
    machines.iter().for_each(|machine| machine.env.advance(DAY.saturating_mul(days)));
    pair.tell_the_time();
}

pub(crate) fn propose(pair: &Pair) -> ReferralId {
    propose_once(&pair.a, pair.b.node(), 9)
}

pub(crate) fn propose_once(from: &App, to: NodeId, once: u8) -> ReferralId {
    let proposed = from.propose(NADIA, request(to), [once; 16]).unwrap();
    assert!(proposed.code.is_some());
    proposed.referral
}

/// What she holds is checked by whoever knows the issuer, against what the other side was told.
/// Nobody answers here.
pub(crate) struct NobodyCalls;

impl Calls for NobodyCalls {
    fn join<'a>(&'a self, text: &'a str) -> Joining<'a> {
        let unreadable = !text.starts_with("maillage:invite:");
        Box::pin(std::future::ready(Err(match unreadable {
            true => JoinFailure::Unreadable,
            false => JoinFailure::NoAnswer,
        })))
    }

    fn openings<'a>(&'a self, _: NodeId, _: ReferralId) -> Asking<'a> {
        Box::pin(std::future::ready(None))
    }

    fn search<'a>(&'a self, _: &'a PersonalCode) -> Searching<'a> {
        Box::pin(std::future::ready(Search::default()))
    }
}

/// Whatever a receiver could open, with every key that it has: nobody, before its yes.
#[test]
fn no_body_that_was_received_names_her_before_a_yes() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let named = |app: &App| {
        let opened = (0..app.journal.len().0).filter_map(|number| {
            let Ok(Some(Entry::Received(event))) = app.read(Number(number)) else { return None };
            app.open_received(&event).unwrap()
        });
        let told: Vec<_> = opened.map(|payload| payload.content).collect();
        assert!(!told.is_empty(), "something was received and opens");
        told.into_iter().filter(|content| *content != Content::default()).count()
    };
    assert_eq!(named(&pair.b), 0);
    pair.karim(id, Command::Open);
    assert_eq!(named(&pair.b), 0);
    pair.karim(id, Command::Accept);
    assert_eq!(named(&pair.b), 1, "the search can see");
}

#[test]
fn the_receipt_is_of_the_consent_that_the_other_side_holds() {
    let pair = Pair::linked();
    let proposed = pair.a.propose(NADIA, request(pair.b.node()), [9; 16]).unwrap();
    let receipt = proposed.receipt.unwrap();
    pair.exchange();
    let identity = Identity::read(&pair.a.identity_log()).unwrap();
    let said = receipt.verify(|_, kid| identity.signing_key(kid, KeyUse::Sig)).unwrap();
    let held = pair.b.case(proposed.referral).unwrap();
    let grant = held.consent().unwrap().grant();
    assert_eq!((said.issuer, said.at), (pair.a.node(), grant.at));
    assert!(said.is_of(grant));
    let code = proposed.code.unwrap().to_printed();
    assert!(!receipt.to_printed().contains(&code));
}

#[test]
fn who_must_not_be_contacted_says_so_in_her_consent() {
    let pair = Pair::linked();
    let discreet = |once, rules: &[SafeRule]| {
        let mut asked = request(pair.b.node());
        let rules = rules.iter().copied().collect();
        asked.contact.safe_contact = Some(SafeContact { rules, hours: None }.into());
        let proposed = pair.a.propose(NADIA, asked, [once; 16]).unwrap();
        pair.a.case(proposed.referral).unwrap().consent().unwrap().grant().discreet
    };
    assert!(discreet(1, &[SafeRule::DoNotContact]));
    assert!(!discreet(2, &[SafeRule::NoMessage]));
}

#[test]
fn a_referral_goes_from_a_proposal_to_her_word() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Proposed);
    pair.exchange();
    assert_eq!(pair.status(id), Status::Delivered);
    assert!(pair.b.story(id).unwrap().unwrap().contact.is_none());

    pair.karim(id, Command::Open);
    assert_eq!(pair.status(id), Status::Seen);
    pair.karim(id, Command::Accept);
    assert_eq!(pair.status(id), Status::Accepted);
    let contact = pair.b.story(id).unwrap().unwrap().contact.unwrap();
    assert_eq!(contact.contact.first_name.unwrap().reveal(), "Zéphirine-Canari");

    pair.restart();
    pair.karim(id, Command::Start(FirstContact::ALL[0]));
    assert_eq!(pair.status(id), Status::Underway);
    let conclude = Command::Conclude {
        outcome: Some(Outcome::Accompanied),
        autonomy: None,
        next_need: None,
        evidence: Evidence::default(),
    };
    pair.karim(id, conclude);
    assert_eq!(pair.status(id), Status::Concluded);

    let word = Command::GiveFeedback {
        helped: Helped::Yes,
        answerer: Answerer::ALL[0],
        via: Medium::ALL[0],
        heard: HeardBy::Sender,
    };
    pair.a.say(Some(NADIA), Author::Person, id, word, Texts::default(), None).unwrap();
    pair.exchange();
    assert_eq!(pair.status(id), Status::Closed);
    pair.restart();
    assert_eq!(pair.status(id), Status::Closed);
}

#[test]
fn a_refusal_says_why_and_what_next() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let decline = Command::Decline {
        reason: DeclineReason::CapacityFull,
        next_date: None,
        next: NextStep::NoneKnown,
    };
    pair.karim(id, decline);
    assert_eq!(pair.status(id), Status::Declined);
    assert!(pair.b.story(id).unwrap().unwrap().contact.is_none());
}

#[test]
fn the_same_form_twice_is_one_referral() {
    let pair = Pair::linked();
    let id = propose(&pair);
    let again = pair.a.propose(NADIA, request(pair.b.node()), [9; 16]).unwrap();
    assert_eq!((again.referral, again.code), (id, None));
    assert_eq!(pair.a.referrals().len(), 1);
}

#[test]
fn two_clicks_at_once_are_one_request_and_one_word() {
    let pair = Pair::linked();
    for once in 1..=20 {
        let send = || pair.a.propose(NADIA, request(pair.b.node()), [once; 16]).unwrap().referral;
        let both = thread::scope(|scope| {
            [scope.spawn(send), scope.spawn(send)].map(|sent| sent.join().unwrap())
        });
        assert_eq!(both[0], both[1]);
    }
    assert_eq!(pair.a.referrals().len(), 20);
    pair.exchange();
    let id = pair.b.referrals()[0];
    let accept = || {
        let (by, command) = (Author::Receiver, Command::Accept);
        pair.b.say(None, by, id, command, Texts::default(), Some([99; 16]))
    };
    let said = thread::scope(|scope| {
        [scope.spawn(accept), scope.spawn(accept)].map(|said| said.join().unwrap().is_ok())
    });
    assert_eq!(said, [true; 2], "the second finds what the first did");
}

#[test]
fn a_withdrawal_erases_on_both_sides_and_stays_after_a_start() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    pair.karim(id, Command::Open);
    pair.karim(id, Command::Accept);
    assert!(pair.b.story(id).unwrap().unwrap().contact.is_some());

    let withdraw = Command::Withdraw(WithdrawalScope::Referral);
    pair.a.say(Some(NADIA), Author::Person, id, withdraw, Texts::default(), None).unwrap();
    pair.exchange();
    assert_eq!(pair.status(id), Status::Withdrawn);
    for _ in 0..2 {
        for app in [&pair.a, &pair.b] {
            let story = app.story(id).unwrap().unwrap();
            assert!(story.contact.is_none() && story.row.first_name.is_none());
        }
        assert!(matches!(pair.a.erasure_state(id), Some(ErasureState::Attested { .. })));
        assert_eq!(pair.status(id), Status::Withdrawn);
        pair.restart();
    }
}

/// What an erasure overtakes is told all the same, without what identifies: both sides fold it alike,
/// whether it had its place already or not.
#[test]
fn a_word_that_a_withdrawal_overtakes_is_a_late_note() {
    for signed in [false, true] {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let withdraw = Command::Withdraw(WithdrawalScope::Referral);
        pair.a.say(Some(NADIA), Author::Person, id, withdraw, Texts::default(), None).unwrap();
        let says = |command, words| {
            pair.b.say(Some(KARIM), Author::Receiver, id, command, words, None).unwrap();
        };
        let words = Words { text: "Venez mardi".to_owned().into(), reviewed: true };
        says(Command::Accept, Texts::default());
        says(Command::Question { matters: vec![Matter::ALL[0]] }, Texts::of(Some(words)));
        if signed {
            pair.b.sign_waiting(pair.a.node(), 64).unwrap();
        }
        // As a node does that slept: the order first, before anything else is heard.
        pair.restart();
        for PendingErasure { order, .. } in pair.a.pending_erasures(pair.b.node()) {
            pair.b.obey_order(pair.a.node(), &order).unwrap().unwrap();
        }
        pair.restart();
        pair.exchange();
        assert_eq!(pair.status(id), Status::Withdrawn, "{signed}");
        let story = |app: &App| app.story(id).unwrap().unwrap();
        let (hers, his) = (story(&pair.a), story(&pair.b));
        let late: Vec<_> = hers.steps.iter().filter(|step| step.late).collect();
        assert!(matches!(late[0].event, Event::Accepted), "{:?}", hers.steps);
        assert_eq!((late.len(), hers.steps.len()), (2, his.steps.len()));
        let texts = |story: &Story| story.steps.iter().any(|step| step.text.is_some());
        assert!(!texts(&hers) && !texts(&his));
    }
}

/// How to reach her had not left when she stopped: nobody reads that it was given.
#[test]
fn what_told_of_her_and_never_left_stays_unsaid() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    pair.b.say(Some(KARIM), Author::Receiver, id, Command::Accept, Texts::default(), None).unwrap();
    deliver(&pair.b, &pair.a);
    assert!(pair.a.referral(id).unwrap().sender.disclosed.is_some(), "it waits to leave");
    let withdraw = Command::Withdraw(WithdrawalScope::Referral);
    pair.a.say(Some(NADIA), Author::Person, id, withdraw, Texts::default(), None).unwrap();
    pair.exchange();
    assert_eq!(pair.b.referral(id).unwrap().status(), Status::Withdrawn);
    assert!(pair.b.referral(id).unwrap().sender.disclosed.is_none());
}

#[test]
fn a_node_restored_from_an_old_backup_takes_its_own_past_back() {
    let pair = Pair::linked();
    // The backup is from before the referral.
    let restored = pair.ccas.copy(true);
    let id = propose(&pair);
    pair.exchange();

    assert!(restored.referral(id).is_none());
    let receipt = pair.b.receipt(restored.node(), Some("n"));
    let head = DeliveryReceipt::recall(&receipt).unwrap().head.unwrap();
    let held = restored.hold_receipt(pair.b.node(), &receipt, Some("n")).unwrap();
    assert_eq!(held, Batch::HoldsMore);
    let mine = pair.b.theirs(restored.node(), restored.signed_head(pair.b.node()), 64).unwrap();
    assert!(restored.recover_own(pair.b.node(), mine.events).unwrap() > 0);
    assert_eq!(restored.signed_head(pair.b.node()), (head.epoch, head.seq));
    // What it signs from now on follows what it had forgotten.
    restored.propose(NADIA, request(pair.b.node()), [8; 16]).unwrap();
    restored.hold_receipt(pair.b.node(), &receipt, Some("n")).unwrap();
    deliver(&restored, &pair.b);
    assert_eq!(pair.b.referrals().len(), 2);
}

#[test]
fn a_copy_of_a_node_is_noticed() {
    let pair = Pair::linked();
    let copy = pair.ccas.copy(false);
    propose(&pair);
    pair.exchange();
    let receipt = pair.b.receipt(copy.node(), Some("n"));
    // The driver of a node that was not restored stops there, and tells its administrator.
    assert_eq!(copy.hold_receipt(pair.b.node(), &receipt, Some("n")).unwrap(), Batch::HoldsMore);
}

/// A copy of ours wrote what we did not: the other side has both, and takes nothing more until two
/// humans have talked. What it did not take is signed again.
#[test]
fn a_forked_channel_starts_again_when_both_sides_say_so() {
    let mut pair = Pair::linked();
    let copy = pair.ccas.copy(false);
    let ours = propose(&pair);
    pair.exchange();
    propose_once(&copy, pair.b.node(), 1);
    copy.sign_waiting(pair.b.node(), 64).unwrap();
    let acked = copy.standing(pair.b.node()).unwrap().acked;
    let theirs = copy.events_after(pair.b.node(), acked, 64).unwrap();
    let answer = pair.b.ingest(copy.node(), theirs, None).unwrap();
    assert_eq!(answer.results[0].code.as_deref(), Some("fork"));

    let later = propose_once(&pair.a, pair.b.node(), 2);
    let blocked = |pair: &Pair| {
        let (node, peer) = (pair.a.node(), pair.b.node());
        pair.a.sign_waiting(peer, 64).unwrap();
        let acked = pair.a.standing(peer).unwrap().acked;
        let events = pair.a.events_after(peer, acked, 64).unwrap();
        matches!(pair.b.ingest(node, events, None), Err(InboxError::Refused(_)))
    };
    assert!(blocked(&pair));
    pair.a.reopen(pair.b.node()).unwrap();
    assert!(blocked(&pair), "our side alone may not open what the other closed");
    pair.b.reopen(pair.a.node()).unwrap();
    for _restarted in 0..2 {
        pair.exchange();
        for id in [ours, later] {
            assert_eq!(pair.status(id), Status::Delivered);
        }
        assert!(pair.a.partners()[0].trouble.is_none() && pair.b.partners()[0].trouble.is_none());
        pair.restart();
    }
}

/// A copy of ours went further than we did: what it said is left behind.
#[test]
fn a_channel_starts_again_after_a_copy_was_stopped() {
    let mut pair = Pair::linked();
    let copy = pair.ccas.copy(false);
    propose_once(&copy, pair.b.node(), 1);
    deliver(&copy, &pair.b);
    let receipt = pair.b.receipt(pair.a.node(), Some("n"));
    assert_eq!(pair.a.hold_receipt(pair.b.node(), &receipt, Some("n")).unwrap(), Batch::HoldsMore);
    pair.a.raise(pair.b.node(), Alert::CopyAlive);
    assert!(!pair.a.standing(pair.b.node()).unwrap().active);

    let id = propose(&pair);
    pair.a.sign_waiting(pair.b.node(), 1).unwrap();
    let acked = pair.a.state().peers[&pair.b.node()].acked;
    pair.a.reopen(pair.b.node()).unwrap();
    assert!(pair.a.standing(pair.b.node()).unwrap().active);
    pair.a.hold_receipt(pair.b.node(), &receipt, Some("n")).unwrap();
    assert_eq!(pair.a.state().peers[&pair.b.node()].acked, acked, "it is not an event of ours");
    for _restarted in 0..2 {
        let held = pair.a.hold_receipt(pair.b.node(), &receipt, Some("n")).unwrap();
        assert!(matches!(held, Batch::Holds(_)), "{held:?}");
        pair.exchange();
        assert_eq!(pair.status(id), Status::Delivered);
        pair.restart();
    }
}

/// The administrator asks twice, because nothing happens yet: only the last opening counts.
#[test]
fn asking_twice_to_start_again_is_asking_once() {
    let mut pair = Pair::linked();
    let peer = pair.b.node();
    for before_the_second in [0, 1] {
        let id = propose_once(&pair.a, peer, before_the_second);
        pair.a.sign_waiting(peer, 64).unwrap();
        pair.a.reopen(peer).unwrap();
        pair.a.sign_waiting(peer, u64::from(before_the_second)).unwrap();
        pair.a.reopen(peer).unwrap();
        for _restarted in 0..2 {
            pair.exchange();
            assert_eq!(pair.status(id), Status::Delivered);
            pair.restart();
        }
    }
}

/// What waits again comes in the order in which it was said.
#[test]
fn words_keep_their_order_when_a_channel_starts_again() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let say = |command| {
        pair.b.say(Some(KARIM), Author::Receiver, id, command, Texts::default(), None).unwrap();
    };
    say(Command::Accept);
    pair.b.sign_waiting(pair.a.node(), 64).unwrap();
    pair.b.reopen(pair.a.node()).unwrap();
    say(Command::Start(FirstContact::Met));
    pair.exchange();
    assert_eq!(pair.status(id), Status::Underway);
}

/// Old receipts, played again, are not written again.
#[test]
fn a_receipt_that_says_nothing_more_leaves_no_trace() {
    let pair = Pair::linked();
    let before = pair.b.receipt(pair.a.node(), None);
    propose(&pair);
    pair.exchange();
    let after = pair.b.receipt(pair.a.node(), None);
    let records = pair.a.journal.len();
    for receipt in [&before, &after, &before, &after] {
        pair.a.hold_receipt(pair.b.node(), receipt, None).unwrap();
    }
    assert_eq!(pair.a.journal.len(), records);
}

/// What was left behind when a channel started again is not missed by a node that was restored.
#[test]
fn a_restored_node_takes_back_a_channel_that_started_again() {
    let pair = Pair::linked();
    let peer = pair.b.node();
    let restored = pair.ccas.copy(true);
    propose(&pair);
    pair.a.sign_waiting(peer, 64).unwrap();
    pair.a.reopen(peer).unwrap();
    pair.exchange();
    loop {
        let mine = pair.b.theirs(restored.node(), restored.signed_head(peer), 64).unwrap();
        if restored.recover_own(peer, mine.events).unwrap() == 0 {
            break;
        }
    }
    assert_eq!(restored.signed_head(peer), pair.a.signed_head(peer));
    let receipt = pair.b.receipt(restored.node(), Some("n"));
    let held = restored.hold_receipt(peer, &receipt, Some("n")).unwrap();
    assert!(matches!(held, Batch::Holds(_)), "{held:?}");
}

#[test]
fn an_invitation_is_used_once_and_burns_after_five_wrong_proofs() {
    let (ccas, epn) = (Machine::new(1, "CCAS", 1001), Machine::new(2, "EPN", 1002));
    let (a, b) = (ccas.start(), epn.start());
    let invitation = a.invite().unwrap();
    let prepared = b.prepare_link(invitation.clone(), a.identity_log()).unwrap();
    let mut wrong = prepared.request.clone();
    wrong.mac[0] ^= 1;
    for _ in 0..4 {
        assert!(matches!(a.welcome(&wrong), Err(LinkError::WrongProof)));
    }
    a.welcome(&prepared.request).unwrap();
    assert!(matches!(a.welcome(&prepared.request), Err(LinkError::Burned)));

    let invitation = a.invite().unwrap();
    let prepared = b.prepare_link(invitation.clone(), a.identity_log()).unwrap();
    for _ in 0..5 {
        assert!(matches!(a.welcome(&wrong), Err(LinkError::WrongProof)));
    }
    assert!(matches!(a.welcome(&prepared.request), Err(LinkError::Burned)));
    ccas.env.advance(8 * DAY);
    assert!(b.prepare_link(invitation, a.identity_log()).is_ok());
}

#[test]
fn time_alone_expires_what_nobody_answers() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    wait(&pair, 40);
    assert!(pair.a.tick(&pair.a.referrals()).unwrap() > 0);
    pair.exchange();
    assert_eq!(pair.status(id), Status::Expired);
    assert_eq!(pair.a.standing(pair.b.node()).unwrap().waiting, 0);
    assert_ne!(pair.a.standing(pair.b.node()).unwrap().head, Seq::ZERO);
}

#[test]
fn nobody_agrees_while_the_clock_is_doubtful() {
    let pair = Pair::linked();
    let (peer, now) = (pair.b.node(), pair.a.now());
    pair.a.heard_clock(peer, now.after(std::time::Duration::from_secs(121)));
    let refused = pair.a.propose(NADIA, request(peer), [9; 16]);
    assert!(matches!(refused, Err(SayError::WrongClock)), "{refused:?}");
    pair.a.heard_clock(peer, now.after(std::time::Duration::from_secs(119)));
    propose(&pair);
}
