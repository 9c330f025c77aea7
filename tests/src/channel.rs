//! Good events of a paper peer, one after the other: referrals as a real sender would write them.

use std::collections::BTreeSet;

use maillage_node::env::{Env, SystemEnv, random};
use maillage_protocol::body::{Content, Cover, Payload, Thread};
use maillage_protocol::codes::{CancelReason, Language, NeedCode, Urgency};
use maillage_protocol::consent::{
    Agreement, Basis, CollectionPlace, Consent, FeedbackLevel, Gesture, Notice, NoticeForm,
    PersonalCode, Purpose, Subject, Validity,
};
use maillage_protocol::disclosure::{Category, Level, SecrecyRegime};
use maillage_protocol::event::{
    BodyDigest, EventKind, Head, Header, Recipient, Verified, WireBody, WireEvent,
};
use maillage_protocol::id::{
    ConsentId, Epoch, NeedId, NodeId, PathwayId, PayloadId, ProfessionalId, ReferralId, Seq,
};
use maillage_protocol::keys::{Kid, PrivateKey};
use maillage_protocol::referral::{Author, Event, Fact, Proposal, Rules};
use maillage_protocol::seal::{BodyPlace, ContentKey};
use maillage_protocol::time::DAY;

use serde_json::{Value, json};

use crate::node::SERVICE;

/// The channel of a paper peer to the node that it is linked with.
pub struct PaperChannel {
    env: SystemEnv,
    from: NodeId,
    sig: PrivateKey,
    to: NodeId,
    kem: [u8; 32],
    head: Option<Head>,
}

impl PaperChannel {
    pub(crate) fn new((from, sig): (NodeId, PrivateKey), (to, kem): (NodeId, [u8; 32])) -> Self {
        Self { env: SystemEnv::default(), from, sig, to, kem, head: None }
    }

    /// Writes a referral: her consent, the request, then as many corrections as are asked for.
    #[must_use]
    pub fn referral(&mut self, corrections: usize) -> Vec<WireEvent> {
        let referral = ReferralId::from_random(random(&self.env));
        let consent = self.consent(referral);
        let thread = self.thread(&consent);
        let given = Payload::of_consent(&consent, thread.clone());
        let asked = Event::Proposed(Box::new(proposal(&consent)));
        let mut events = vec![self.write(&consent, &given), self.say(&consent, &thread, asked)];
        for _ in 0..corrections {
            let corrected = Event::Answered { n: 1, answers: Vec::new() };
            events.push(self.say(&consent, &thread, corrected));
        }
        events
    }

    /// Writes a referral, then an answer with words that no honest node would let through.
    #[must_use]
    pub fn referral_with_words(&mut self, words: &str) -> Vec<WireEvent> {
        // A withdrawal of the request has no room for words: an answer has.
        let said = Event::Cancelled { part: 0, reason: CancelReason::Other };
        let lie = json!({ "t": "referral.answered", "n": 1, "content": { "text": words } });
        self.referral_that_says(&[(said, lie)])
    }

    /// Writes a referral, then disclosures that tell what they are given, whatever she agreed to.
    #[must_use]
    pub fn referral_that_tells(&mut self, told: &[(Level, Value)]) -> Vec<WireEvent> {
        let tell = |(level, content): &(Level, Value)| {
            (Event::Disclosed { level: *level }, json!({ "content": content }))
        };
        self.referral_that_says(&told.iter().map(tell).collect::<Vec<_>>())
    }

    /// Writes a referral, then words whose members are replaced behind the back of our own code.
    fn referral_that_says(&mut self, words: &[(Event, Value)]) -> Vec<WireEvent> {
        let referral = ReferralId::from_random(random(&self.env));
        let consent = self.consent(referral);
        let thread = self.thread(&consent);
        let given = Payload::of_consent(&consent, thread.clone());
        let asked = Event::Proposed(Box::new(proposal(&consent)));
        let mut events = vec![self.write(&consent, &given), self.say(&consent, &thread, asked)];
        for (event, members) in words {
            let fact = Fact { by: Author::Sender, at: self.env.now(), event: event.clone() };
            let id = PayloadId::from_random(random(&self.env));
            let payload = Payload::of_fact(id, thread.clone(), &fact, Content::default());
            let plain = payload.encode(None).expect("it tells nothing of her");
            let mut spoken: Value = serde_json::from_slice(&plain).expect("a payload is JSON");
            for (member, value) in members.as_object().expect("members") {
                spoken[member] = value.clone();
            }
            let spoken = serde_json::to_vec(&spoken).expect("plain data");
            events.push(self.seal(&spoken, EventKind::Referral));
        }
        events
    }

    fn thread(&self, consent: &Consent) -> Thread {
        Thread {
            referral: Some(consent.grant().referral),
            need: Some(NeedId::from_random(random(&self.env))),
            pathway: Some(PathwayId::from_random(random(&self.env))),
            answers: Vec::new(),
            consent: Some(consent.id()),
        }
    }

    fn consent(&self, referral: ReferralId) -> Consent {
        let id = ConsentId::from_random(random(&self.env));
        let french = Language::try_from("fr".to_owned()).expect("French is a language");
        let agreement = Agreement {
            id,
            referral,
            subject: Subject(random(&self.env)),
            notice: Notice::of(1, french, NoticeForm::Oral, "ce qui est dit"),
            purposes: BTreeSet::from([
                Purpose::TransmitReferral,
                Purpose::BeContacted,
                Purpose::Feedback,
            ]),
            categories: BTreeSet::from([Category::Need, Category::FirstName, Category::Phone]),
            receiver: self.to,
            host: None,
            service: SERVICE,
            feedback: FeedbackLevel::Outcome,
            basis: Basis::PublicTask,
            validity: Validity::HalfYear,
            place: CollectionPlace::InPerson,
            agent: ProfessionalId::from_random(random(&self.env)),
            askable: None,
            discreet: false,
            code: PersonalCode::from_random(random(&self.env)).commitment(id),
            renews: None,
        };
        Consent::given(agreement, Gesture::Screen, self.env.now()).expect("it is a consent")
    }

    fn say(&mut self, consent: &Consent, thread: &Thread, event: Event) -> WireEvent {
        let fact = Fact { by: Author::Sender, at: self.env.now(), event };
        let id = PayloadId::from_random(random(&self.env));
        let payload = Payload::of_fact(id, thread.clone(), &fact, Content::default());
        self.write(consent, &payload)
    }

    /// Seals and signs a payload in the next place.
    fn write(&mut self, consent: &Consent, payload: &Payload) -> WireEvent {
        let now = self.env.now();
        let (regime, acceptance) = (SecrecyRegime::PublicAgent, None);
        let cover = Cover { consent, to: self.to, regime, acceptance, at: now };
        let plaintext = payload.encode(Some(&cover)).expect("she agreed to it");
        let kind = match payload.skeleton.header_kind() {
            "consent" => EventKind::Consent,
            _ => EventKind::Referral,
        };
        self.seal(&plaintext, kind)
    }

    fn seal(&mut self, plaintext: &[u8], kind: EventKind) -> WireEvent {
        let (now, to) = (self.env.now(), Recipient::Node(self.to));
        let key = ContentKey::from_random(random(&self.env));
        let (epoch, seq) = (Epoch(1), self.head.map_or(Seq(1), |head| Seq(head.seq.0 + 1)));
        let place = BodyPlace { from: self.from, to, epoch, seq };
        let body = key.seal(plaintext, &place).expect("it fits");
        let header = Header {
            ack: None,
            body: Some(BodyDigest::of(&body)),
            critical: Vec::new(),
            commitment: Some(key.commitment()),
            epoch,
            seq,
            previous: self.head.map(|head| head.id),
            from: self.from,
            to,
            kind,
            kid: Kid([0; 8]),
            at: now,
            expires: Some(now.after(DAY.saturating_mul(300))),
        };
        let event = Verified::sign(&self.sig, header).expect("it is a header");
        self.head = Some(event.head());
        let keybox = key.seal_for(&self.kem, event.id(), self.to, random(&self.env));
        let keybox = Some(keybox.expect("the node can be written to"));
        WireEvent { header: event.signed().clone(), body: Some(WireBody(body)), keybox }
    }
}

fn proposal(consent: &Consent) -> Proposal {
    Proposal {
        service: SERVICE,
        code: NeedCode::ALL[0],
        right: None,
        obstacles: BTreeSet::new(),
        zone: None,
        deadline: None,
        urgency: Urgency::Normal,
        mode: None,
        schedule: BTreeSet::new(),
        mobility: BTreeSet::new(),
        language: None,
        accommodations: BTreeSet::new(),
        criteria: BTreeSet::new(),
        hop: 0,
        parent: None,
        parallel: false,
        tried: Vec::new(),
        feedback: FeedbackLevel::Outcome,
        askable: false,
        consent: consent.id(),
        rules: Rules::default(),
    }
}
