//! Consent: she agrees, item by item, that one structure know some things until some date.
//!
//! A [`Consent`] is a fold: what she gave, less what she took back. It is built by the gesture of
//! agreeing, and by nothing else; proposing and disclosing need one. One consent is for one
//! receiver and one referral: it does not chain.
//!
//! ```text
//!   notice read ──▶ gesture ──▶ Consent::given ──▶ covers(what, now)?
//!                                    │
//!                                    ├─ narrowed: an item, the feedback, the count
//!                                    └─ withdrawn: for ever
//! ```

mod notice;
mod receipt;
mod scope;
mod withdrawal;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use notice::{CURRENT, Notice, NoticeForm, NoticeHash, Wording, script};
pub use receipt::{ConsentReceipt, SignedReceipt};
pub use scope::{FeedbackLevel, Operation, Purpose, Scope};
pub use withdrawal::{CodeCommitment, CodeLookup, PersonalCode, WithdrawalScope};

use crate::codes::{Medium, code_list};
use crate::disclosure::{Category, Disclosure, OutOfScope};
use crate::encoding;
use crate::id::{ConsentId, NodeId, ProfessionalId, ReferralId, ServiceId};
use crate::limits;
use crate::time::{DAY, Timestamp};

/// What she agreed to, less what she took back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    grant: Grant,
    /// Items that she took back.
    narrowed: BTreeSet<Category>,
    /// Whether she no longer wants the sender to be told.
    feedback_ended: bool,
    /// Whether she no longer wants to be counted.
    count_ended: bool,
    /// When she first took everything back.
    withdrawn: Option<Timestamp>,
}

impl Consent {
    /// Records that she agreed: the only way to obtain a consent.
    pub fn given(
        agreement: Agreement,
        gesture: Gesture,
        at: Timestamp,
    ) -> Result<Self, NotAConsent> {
        let Agreement { validity, receiver, host, .. } = agreement;
        Self::recorded(Grant {
            id: agreement.id,
            referral: agreement.referral,
            at,
            subject: agreement.subject,
            basis: agreement.basis,
            scope: Scope {
                purposes: agreement.purposes,
                categories: agreement.categories,
                receivers: std::iter::once(receiver).chain(host).collect(),
                service: agreement.service,
                operations: [Operation::Read, Operation::Answer, Operation::Count].into(),
                not_before: at,
                expires: at.after(validity.duration()),
            },
            gesture,
            place: agreement.place,
            notice: agreement.notice,
            agent: agreement.agent,
            feedback: agreement.feedback,
            askable: agreement.askable,
            discreet: agreement.discreet,
            code: agreement.code,
            renews: agreement.renews,
        })
    }

    /// Reads a consent that was recorded here or by the peer that received the gesture.
    pub fn recorded(grant: Grant) -> Result<Self, NotAConsent> {
        grant.check()?;
        Ok(Self {
            grant,
            narrowed: BTreeSet::new(),
            feedback_ended: false,
            count_ended: false,
            withdrawn: None,
        })
    }

    /// Hears that she took something back. Any order gives the same consent.
    #[must_use]
    pub fn hear(mut self, scope: WithdrawalScope, at: Timestamp) -> Self {
        match scope {
            WithdrawalScope::Item { item } => {
                if self.grant.scope.categories.contains(&item) {
                    self.narrowed.insert(item);
                }
            }
            WithdrawalScope::Feedback => self.feedback_ended = true,
            WithdrawalScope::Statistics => self.count_ended = true,
            WithdrawalScope::Referral | WithdrawalScope::Pathway => {
                self.withdrawn = Some(self.withdrawn.map_or(at, |first| first.min(at)));
            }
        }
        self
    }

    /// Goes on with a first consent: what she took back of it stays taken back, whenever that is
    /// known. `None` if this is no renewal of it: another referral, another receiver, or more than
    /// she had agreed to.
    #[must_use]
    pub fn going_on_with(mut self, first: &Self) -> Option<Self> {
        let (new, old) = (&self.grant, &first.grant);
        let same = new.renews == Some(old.id)
            && old.renews.is_none()
            && new.referral == old.referral
            && new.scope.receivers == old.scope.receivers
            && new.scope.service == old.scope.service
            && new.scope.categories.is_subset(&old.scope.categories)
            && new.scope.purposes.is_subset(&old.scope.purposes)
            && (new.feedback, new.subject, new.discreet)
                == (old.feedback, old.subject, old.discreet)
            && new.askable.is_none_or(|_| new.askable == old.askable);
        if !same {
            return None;
        }
        self.narrowed.extend(&first.narrowed);
        self.feedback_ended |= first.feedback_ended;
        self.count_ended |= first.count_ended;
        self.withdrawn = self.withdrawn.or(first.withdrawn);
        Some(self)
    }

    /// Returns the consent with which all began: this one, or the one that it renews.
    #[must_use]
    pub fn first(&self) -> ConsentId {
        self.grant.renews.unwrap_or(self.grant.id)
    }

    /// Tells whether she agrees to this, now. The only question asked of a consent.
    pub fn covers(&self, disclosure: &Disclosure, now: Timestamp) -> Result<(), OutOfScope> {
        self.check_valid(now)?;
        match disclosure.categories().intersection(&self.narrowed).next() {
            Some(category) => Err(OutOfScope::NotAgreed(*category)),
            None => self.grant.scope.covers(disclosure, now),
        }
    }

    /// Tells whether it stands at this time, whatever is to be told.
    pub fn check_valid(&self, now: Timestamp) -> Result<(), OutOfScope> {
        match self.withdrawn {
            Some(_) => Err(OutOfScope::Withdrawn),
            None => self.grant.scope.check_dates(now),
        }
    }

    /// Returns how much the sender may be told of what becomes of it.
    #[must_use]
    pub const fn feedback(&self) -> FeedbackLevel {
        if self.feedback_ended { FeedbackLevel::DecisionOnly } else { self.grant.feedback }
    }

    /// Tells whether she agreed to be counted, and still does.
    #[must_use]
    pub fn allows_counting(&self) -> bool {
        let agreed = self.grant.scope.purposes.contains(&Purpose::AnonymousStatistics);
        agreed && !self.count_ended && self.withdrawn.is_none()
    }

    /// Returns how she may be asked whether it helped, if she may.
    #[must_use]
    pub fn askable(&self) -> Option<Medium> {
        self.grant.askable.filter(|_| self.grant.scope.purposes.contains(&Purpose::BeAsked))
    }

    /// Returns the record, as it travels.
    #[must_use]
    pub const fn grant(&self) -> &Grant {
        &self.grant
    }

    /// Returns the name of this consent.
    #[must_use]
    pub const fn id(&self) -> ConsentId {
        self.grant.id
    }

    /// Returns the items that she agreed to and did not take back.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<Category> {
        self.grant.scope.categories.difference(&self.narrowed).copied().collect()
    }

    /// Returns the items that she agreed to and took back, of a first consent too.
    #[must_use]
    pub fn taken_back(&self) -> BTreeSet<Category> {
        self.narrowed.clone()
    }

    /// Returns when she took everything back, if she did.
    #[must_use]
    pub const fn withdrawn(&self) -> Option<Timestamp> {
        self.withdrawn
    }
}

/// What is said to her, item by item, before she agrees.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The name of the consent.
    pub id: ConsentId,
    /// The one referral it is for.
    pub referral: ReferralId,
    /// Who she is, for this receiver alone.
    pub subject: Subject,
    /// What was read to her.
    pub notice: Notice,
    /// For what.
    pub purposes: BTreeSet<Purpose>,
    /// Which items.
    pub categories: BTreeSet<Category>,
    /// Who may know.
    pub receiver: NodeId,
    /// The node that hosts the receiver, if it is a guest.
    pub host: Option<NodeId>,
    /// Which service of the receiver.
    pub service: ServiceId,
    /// What the sender will be told.
    pub feedback: FeedbackLevel,
    /// On what legal basis the sender acts. Her agreement is another thing.
    pub basis: Basis,
    /// For how long.
    pub validity: Validity,
    /// Where.
    pub place: CollectionPlace,
    /// Who asked her, in a way that only their node can read.
    pub agent: ProfessionalId,
    /// How she may be asked whether it helped, if she may.
    pub askable: Option<Medium>,
    /// Whether nothing may ever be sent to her.
    pub discreet: bool,
    /// What tells her code from another.
    pub code: CodeCommitment,
    /// The consent that this one goes on.
    pub renews: Option<ConsentId>,
}

/// A consent as it is recorded and travels: coded, without a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The name of the consent, and of the payload that gives it.
    pub id: ConsentId,
    /// The one referral it is for.
    #[serde(rename = "ref")]
    pub referral: ReferralId,
    /// When she agreed.
    pub at: Timestamp,
    /// Who she is, for this receiver alone.
    #[serde(rename = "subj")]
    pub subject: Subject,
    /// On what legal basis the sender acts.
    pub basis: Basis,
    /// What it covers.
    #[serde(flatten)]
    pub scope: Scope,
    /// How she agreed.
    #[serde(flatten)]
    pub gesture: Gesture,
    /// Where.
    pub place: CollectionPlace,
    /// What was read to her.
    pub notice: Notice,
    /// Who asked her.
    pub agent: ProfessionalId,
    /// What the sender will be told.
    pub feedback: FeedbackLevel,
    /// How she may be asked whether it helped, if she may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub askable: Option<Medium>,
    /// Whether nothing may ever be sent to her.
    #[serde(rename = "safe", default)]
    pub discreet: bool,
    /// What tells her code from another.
    #[serde(rename = "wc")]
    pub code: CodeCommitment,
    /// The consent that this one goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<ConsentId>,
}

/// Purposes of one consent.
const PURPOSES: usize = 8;
/// Items of one consent.
const CATEGORIES: usize = 24;
/// Longest life of a consent.
const LONGEST: Duration = Validity::Year.duration();

impl Grant {
    fn check(&self) -> Result<(), NotAConsent> {
        let Scope { purposes, categories, receivers, operations, not_before, expires, .. } =
            &self.scope;
        let channels = categories.iter().filter(|category| category.is_channel()).count();
        if !purposes.contains(&Purpose::TransmitReferral) {
            Err(NotAConsent::NothingToTransmit)
        } else if purposes.len() > PURPOSES || categories.len() > CATEGORIES || channels > 1 {
            Err(NotAConsent::TooMuch)
        } else if !matches!(receivers.len(), 1 | 2) || receivers.len() > limits::CONSENT_RECIPIENTS
        {
            Err(NotAConsent::NotOneReceiver)
        } else if expires <= not_before || expires.since(*not_before) > LONGEST {
            Err(NotAConsent::WrongDates)
        } else if operations.contains(&Operation::Other) {
            Err(NotAConsent::Forwarding)
        } else {
            Ok(())
        }
    }
}

/// Why something is not a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAConsent {
    /// She did not agree that anything be transmitted.
    #[error("nothing may be transmitted under it")]
    NothingToTransmit,
    /// It holds more purposes, items or ways to reach her than one consent may.
    #[error("it covers more than one consent may")]
    TooMuch,
    /// It does not name exactly one receiver.
    #[error("it does not name one receiver")]
    NotOneReceiver,
    /// It ends before it begins, or lasts longer than a year.
    #[error("its dates are not those of a consent")]
    WrongDates,
    /// It would let somebody pass it on.
    #[error("it shows a right that no consent gives")]
    Forwarding,
}

/// How long a consent is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validity {
    /// One day.
    Day,
    /// Thirty-one days.
    Month,
    /// A hundred and eighty-two days.
    #[default]
    HalfYear,
    /// Three hundred and sixty-five days.
    Year,
}

impl Validity {
    /// Every one, as they are offered.
    pub const ALL: &[Self] = &[Self::Day, Self::Month, Self::HalfYear, Self::Year];

    /// Returns how long that is.
    #[must_use]
    pub const fn duration(self) -> Duration {
        DAY.saturating_mul(match self {
            Self::Day => 1,
            Self::Month => 31,
            Self::HalfYear => 182,
            Self::Year => 365,
        })
    }
}

/// How she agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Gesture {
    /// On a screen: a signature that is not kept, or a box and her first name.
    Screen,
    /// On paper, of which she has a copy.
    Paper,
    /// Aloud, before a witness.
    Oral {
        /// The function of the witness, never a name.
        #[serde(rename = "wit")]
        witness: WitnessFunction,
    },
    /// Through somebody who represents her.
    Proxy {
        /// Who.
        #[serde(rename = "rep")]
        representative: Representative,
    },
}

/// Somebody who agrees in her name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Representative {
    /// In what quality.
    pub quality: Quality,
    /// Whether a document was seen. No copy is kept.
    pub proof_seen: bool,
}

/// Who she is, for one receiver: random, so that two receivers cannot compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject(pub [u8; 16]);

impl TryFrom<String> for Subject {
    type Error = encoding::NotExact;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        encoding::from_base64url_array(&text).map(Self)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        encoding::base64url(&subject.0)
    }
}

code_list! {
    /// On what legal basis the sender acts (GDPR, article 6).
    Basis or Other {
        /// A task of public interest.
        PublicTask = "public_task",
        /// A legal obligation.
        LegalObligation = "legal_obligation",
        /// A legitimate interest.
        LegitimateInterest = "legitimate_interest",
        /// Consent in the sense of the regulation.
        Consent = "consent",
        /// Another basis.
        Other = "other",
    }
}

code_list! {
    /// Who heard her agree.
    WitnessFunction or Other {
        /// Somebody of the reception desk.
        Reception = "reception",
        /// Another professional.
        Professional = "professional",
        /// An interpreter.
        Interpreter = "interpreter",
        /// Nobody: the professional was alone, and says so.
        Alone = "alone",
        /// Somebody else.
        Other = "other",
    }
}

code_list! {
    /// In what quality somebody represents her.
    Quality or Other {
        /// By law.
        LegalRepresentative = "legal_representative",
        /// Family or friend whom she trusts.
        FamilyCarer = "family_carer",
        /// An interpreter.
        Interpreter = "interpreter",
        /// Another quality.
        Other = "other",
    }
}

code_list! {
    /// Where she agreed.
    CollectionPlace or Other {
        /// Face to face.
        InPerson = "in_person",
        /// At a drop-in.
        DropIn = "drop_in",
        /// By telephone.
        Telephone = "telephone",
        /// Elsewhere.
        Other = "other",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::disclosure::{Acceptance, SecrecyRegime};

    pub(crate) const NOW: Timestamp = Timestamp(1_772_438_400_000);
    pub(crate) const THERE: NodeId = NodeId([1; 32]);

    /// Mme Aubry agrees: what the whole L1 and L2 need.
    pub(crate) fn agreement() -> Agreement {
        let channels =
            [Category::Email, Category::Post, Category::ViaSender, Category::ComesWithCode];
        let told =
            |c: &&Category| c.level() < crate::disclosure::Level::L3 && !channels.contains(c);
        Agreement {
            id: ConsentId::from_bytes([2; 16]),
            referral: ReferralId::from_bytes([3; 16]),
            subject: Subject([4; 16]),
            notice: Notice::of(1, "fr".to_owned().try_into().unwrap(), NoticeForm::Oral, "…"),
            purposes: Purpose::ALL[..7].iter().copied().collect(),
            categories: Category::ALL.iter().filter(told).copied().collect(),
            receiver: THERE,
            host: None,
            service: ServiceId::from_bytes([5; 16]),
            feedback: FeedbackLevel::Outcome,
            basis: Basis::PublicTask,
            validity: Validity::default(),
            place: CollectionPlace::InPerson,
            agent: ProfessionalId::from_bytes([6; 16]),
            askable: Some(Medium::Voice),
            discreet: false,
            code: PersonalCode::from_random([7; 10]).commitment(ConsentId::from_bytes([2; 16])),
            renews: None,
        }
    }

    pub(crate) fn consent() -> Consent {
        Consent::given(agreement(), Gesture::Screen, NOW).unwrap()
    }

    fn told(categories: &[Category]) -> Disclosure {
        let accepted = Some(Acceptance::stated(NOW));
        let categories = categories.iter().copied().collect();
        Disclosure::new(THERE, SecrecyRegime::Mission, accepted, categories).unwrap()
    }

    #[test]
    fn a_consent_says_what_it_needs_and_no_more() {
        let refused = |change: fn(&mut Agreement)| {
            let mut agreement = agreement();
            change(&mut agreement);
            Consent::given(agreement, Gesture::Paper, NOW).unwrap_err()
        };
        let nothing = refused(|a| a.purposes.clear());
        assert_eq!(nothing, NotAConsent::NothingToTransmit);
        let two_channels = refused(|a| a.categories.extend([Category::Email]));
        assert_eq!(two_channels, NotAConsent::TooMuch);
        let everything = refused(|a| {
            a.categories = Category::ALL.iter().filter(|c| !c.is_channel()).copied().collect();
            a.categories.extend([Category::Phone]);
        });
        assert_eq!(everything, NotAConsent::TooMuch);
    }

    #[test]
    fn a_grant_that_could_be_passed_on_is_refused() {
        let mut json = serde_json::to_value(consent().grant()).unwrap();
        json["ops"] = serde_json::json!(["read", "forward"]);
        let grant: Grant = serde_json::from_value(json).unwrap();
        assert_eq!(Consent::recorded(grant), Err(NotAConsent::Forwarding));
    }

    #[test]
    fn a_grant_without_one_receiver_or_with_wrong_dates_is_refused() {
        let grant = |change: fn(&mut Scope)| {
            let mut grant = consent().grant().clone();
            change(&mut grant.scope);
            Consent::recorded(grant).unwrap_err()
        };
        assert_eq!(grant(|s| s.receivers.clear()), NotAConsent::NotOneReceiver);
        assert_eq!(grant(|s| s.receivers = vec![THERE; 3]), NotAConsent::NotOneReceiver);
        assert_eq!(grant(|s| s.expires = s.not_before), NotAConsent::WrongDates);
        assert_eq!(grant(|s| s.expires = Timestamp(s.expires.0 * 2)), NotAConsent::WrongDates);
    }

    #[test]
    fn a_grant_travels_with_its_members() {
        let gesture = Gesture::Oral { witness: WitnessFunction::Reception };
        let consent = Consent::given(agreement(), gesture, NOW).unwrap();
        let json = serde_json::to_value(consent.grant()).unwrap();
        for member in [
            "id", "ref", "at", "subj", "basis", "purp", "cats", "rcpt", "svc", "ops", "nbf", "exp",
            "how", "wit", "place", "notice", "agent", "feedback", "askable", "safe", "wc",
        ] {
            assert!(json.get(member).is_some(), "{member}");
        }
        assert_eq!(json["how"], "oral");
        assert_eq!(serde_json::from_value::<Grant>(json).unwrap(), *consent.grant());
    }

    #[test]
    fn nothing_is_open_one_millisecond_after_the_end() {
        let consent = consent();
        let end = consent.grant().scope.expires;
        assert_eq!(end, NOW.after(DAY * 182));
        assert_eq!(consent.covers(&told(&[Category::Phone]), Timestamp(end.0 - 1)), Ok(()));
        let expired = Err(OutOfScope::Expired);
        assert_eq!(consent.covers(&told(&[]), end), expired);
    }

    #[test]
    fn taking_an_item_back_leaves_the_rest() {
        let consent = consent().hear(WithdrawalScope::Item { item: Category::Phone }, NOW);
        let refused = Err(OutOfScope::NotAgreed(Category::Phone));
        assert_eq!(consent.covers(&told(&[Category::Phone]), NOW), refused);
        assert_eq!(consent.covers(&told(&[Category::FirstName]), NOW), Ok(()));
        assert!(!consent.categories().contains(&Category::Phone));
    }

    #[test]
    fn a_withdrawal_absorbs_and_comes_in_any_order() {
        let words = [
            WithdrawalScope::Feedback,
            WithdrawalScope::Referral,
            WithdrawalScope::Statistics,
            WithdrawalScope::Item { item: Category::Need },
            WithdrawalScope::Pathway,
        ];
        let hear = |order: &[usize]| {
            order.iter().fold(consent(), |consent, at| {
                consent.hear(words[*at], Timestamp(NOW.0 + *at as u64))
            })
        };
        let one = hear(&[0, 1, 2, 3, 4]);
        assert_eq!(one, hear(&[4, 3, 2, 1, 0]));
        assert_eq!(one, hear(&[2, 2, 4, 0, 1, 3, 0]));
        assert_eq!(one.covers(&told(&[]), NOW), Err(OutOfScope::Withdrawn));
        assert_eq!(one.feedback(), FeedbackLevel::DecisionOnly);
        assert!(!one.allows_counting());
        assert_eq!(one.withdrawn(), Some(Timestamp(NOW.0 + 1)));
    }

    #[test]
    fn a_renewal_repeats_what_was_agreed_and_keeps_what_was_taken_back() {
        let phone = WithdrawalScope::Item { item: Category::Phone };
        let fewer = || {
            let mut agreement = agreement();
            agreement.categories.remove(&Category::Language);
            agreement.purposes.remove(&Purpose::AnonymousStatistics);
            agreement
        };
        let first = Consent::given(fewer(), Gesture::Screen, NOW).unwrap().hear(phone, NOW);
        let again = |change: fn(&mut Agreement)| {
            let mut same = Agreement {
                id: ConsentId::from_bytes([77; 16]),
                renews: Some(first.id()),
                ..fewer()
            };
            change(&mut same);
            let at = NOW.after(Duration::from_secs(60));
            Consent::given(same, Gesture::Screen, at).unwrap().going_on_with(&first)
        };
        let renewed = again(|_| {}).unwrap();
        assert_eq!(renewed.first(), first.id());
        assert_eq!(renewed.taken_back(), first.taken_back());
        assert!(!renewed.categories().contains(&Category::Phone));
        assert!(again(|a| a.renews = None).is_none());
        assert!(again(|a| a.referral = ReferralId::from_bytes([9; 16])).is_none());
        assert!(again(|a| a.receiver = NodeId([9; 32])).is_none());
        assert!(again(|a| a.service = ServiceId::from_bytes([9; 16])).is_none());
        assert!(again(|a| a.feedback = FeedbackLevel::Progress).is_none());
        assert!(again(|a| a.subject = Subject([9; 16])).is_none());
        assert!(again(|a| a.askable = Some(Medium::Desk)).is_none());
        assert!(again(|a| a.askable = None).is_some());
        assert!(again(|a| assert!(a.categories.insert(Category::Language))).is_none());
        assert!(again(|a| assert!(a.purposes.insert(Purpose::AnonymousStatistics))).is_none());
        let stopped = first.clone().hear(WithdrawalScope::Referral, NOW);
        let late =
            Agreement { id: ConsentId::from_bytes([78; 16]), renews: Some(first.id()), ..fewer() };
        let late = Consent::given(late, Gesture::Screen, NOW).unwrap();
        assert!(late.going_on_with(&stopped).unwrap().withdrawn().is_some());
    }
}
