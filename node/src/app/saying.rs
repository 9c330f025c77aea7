//! Words about a referral: each is decided, sealed and written in one record; what the other side may
//! know of it goes with it.

use maillage_protocol::body::{
    Content, Cover, Payload, Professional, Side, Skeleton, Thread, Unsayable,
};
use maillage_protocol::consent::{Consent, NotAConsent, WithdrawalScope};
use maillage_protocol::disclosure::{OutOfScope, SecrecyRegime};
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::{NodeId, PayloadId, ProfessionalId, ReferralId};
use maillage_protocol::pathway::Circle;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Author, Command, Fact, Refusal, decide};
use zeroize::Zeroizing;

use super::cases::Case;
use super::feedback::{heard_by_helper, news_of};
use super::inbox::NOWHERE;
use super::narrowing::Narrowable;
use super::passing::taken_up;
use super::refer::GRACE;
use super::turns::Subject as TurnOf;
use super::words::{Unwritable, Words};
use super::{App, AppError};
use crate::env::random;
use crate::facts::{Act, FactContent, Outgoing, Said};
use crate::journal::Record;
use crate::vault::VaultKey;

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
    /// She would agree for less long than she does already.
    #[error("it would not be for longer")]
    NotLonger,
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

/// One word, ready to be written: what we keep, and what the other side gets.
pub(super) struct Word {
    skeleton: Skeleton,
    outgoing: Option<(Outgoing, Zeroizing<Vec<u8>>)>,
}

impl App {
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
        let say = || self.say_if(who, by, id, command, texts, once, || true);
        match once {
            // The second of two clicks waits for the first, and finds what it did.
            Some(once) => self.turns.take(TurnOf::Once(once), say),
            None => say(),
        }
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
            if let Some(speaker) = &texts.speaker {
                let Professional { name, function, .. } = speaker.reveal();
                let said = [name, function].map(|text| Words::named(text.clone()));
                said.iter().try_for_each(|words| words.check(self.regime_of(case.peer)))?;
            }
            if let Command::Withdraw(WithdrawalScope::Item { item }) = command {
                let Narrowable { items, taken_back, .. } = Narrowable::of(&case);
                if taken_back.contains(&item) {
                    return Ok(());
                }
                if !items.contains(&item) {
                    return Err(Unsayable::from(OutOfScope::NotAgreed(item)).into());
                }
            }
            let again = matches!(command, Command::RequestReview { .. });
            if again && self.state().is_dropped(&case) {
                return Err(Refusal::NotNow(case.referral.status()).into());
            }
            let fact = match heard_by_helper(&case, &command, self.now()) {
                Some(note) => note,
                None => decide(&case.referral, by, self.now(), taken_up(&case, command))?,
            };
            self.write_word(&case, who, fact, texts.into(), once)
        })?;
        if ends {
            self.erase_referral(id, ErasureCause::Withdrawal)?;
        }
        // Our own word may be the one that was missing: two plans are a yes.
        Ok(self.react(id)?)
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
        if payload.content != Content::default() && (case.erased || case.unit == NOWHERE) {
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
            again: false,
        };
        let mut hidden = FactContent::default();
        let alone = self.unit_alone(case, &payload)?;
        let skeleton = payload.skeleton.clone();
        let envelope = |payload| {
            let consent = case.consent().ok_or(SayError::Unknown)?;
            let cover = Cover {
                consent,
                to: case.peer,
                regime: self.regime_of(case.peer),
                acceptance: case.referral.acceptance(),
                at: self.now(),
            };
            told(case.peer, payload, consent, Some(&cover), 0)
        };
        let outgoing = match news {
            Some(news) => envelope(news)?.outgoing,
            None => None,
        };
        if outgoing.is_none() && payload.content != Content::default() {
            // The other side is not told, and our own team reads it.
            let kept = envelope(payload)?.outgoing.map(|(_, plaintext)| plaintext);
            hidden.outgoing.extend(kept);
        }
        assemble(&mut said, &mut hidden, [Word { skeleton, outgoing }]);
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
        // What nobody has opened has no unit, and neither has what was erased before a start.
        let homeless = case.erased || case.unit == NOWHERE;
        if homeless || outgoing.iter().any(evidence) {
            Ok(self.safe.evidence(self.now())?)
        } else {
            Ok(VaultKey::Unit(case.unit))
        }
    }

    pub(super) fn payload(&self, thread: Thread, fact: &Fact, content: Content) -> Payload {
        let id = PayloadId::from_random(random(&*self.env));
        Payload::of_fact(id, thread, fact, content)
    }

    pub(super) fn already(&self, once: &[u8; 16]) -> Option<ReferralId> {
        self.state().once.get(once).copied()
    }

    /// Returns the secrecy that binds those who read at a peer: the least, unless it says more.
    pub(super) fn regime_of(&self, peer: NodeId) -> SecrecyRegime {
        let state = self.state();
        let card = state.peers.get(&peer).and_then(|peer| peer.card.as_ref());
        card.map_or(SecrecyRegime::Charter, |card| card.regime)
    }
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
pub(super) fn told(
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

pub(super) fn assemble(
    said: &mut Said,
    content: &mut FactContent,
    words: impl IntoIterator<Item = Word>,
) {
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
