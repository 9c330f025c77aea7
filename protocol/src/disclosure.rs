//! What a receiver may be told at most.
//!
//! Each thing that may be told of a person has a category, and each category a level. What a
//! receiver may get depends on whether it accepted, and on whether those who read there are bound
//! by professional secrecy. A [`Disclosure`] exists only if both allow it; whether the *person*
//! agreed is asked of her [`Consent`](crate::consent::Consent).
//!
//! ```text
//!                          bound by secrecy     not bound
//!   asked                        L1                L1        nothing that identifies
//!   accepted                     L3                L2        there is no unlocking
//! ```

use std::collections::BTreeSet;

use crate::codes::code_list;
use crate::id::NodeId;
use crate::time::Timestamp;

/// Something that would be told of a person: what, and to whom.
///
/// It is a proof: acceptance and secrecy allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    to: NodeId,
    categories: BTreeSet<Category>,
}

impl Disclosure {
    /// Checks what acceptance and secrecy allow.
    pub fn new(
        to: NodeId,
        regime: SecrecyRegime,
        acceptance: Option<Acceptance>,
        categories: BTreeSet<Category>,
    ) -> Result<Self, OutOfScope> {
        let ceiling = highest_level(regime, acceptance);
        match categories.iter().find(|category| category.level() > ceiling) {
            None => Ok(Self { to, categories }),
            Some(category) if acceptance.is_none() => Err(OutOfScope::NotAccepted(*category)),
            Some(category) => Err(OutOfScope::AboveRegime(*category)),
        }
    }

    /// Returns the node that would learn it.
    #[must_use]
    pub const fn to(&self) -> NodeId {
        self.to
    }

    /// Returns what it would learn.
    #[must_use]
    pub const fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }
}

/// Returns the highest level that a receiver may get.
///
/// The sender's own regime changes nothing: what is not secret for one is not for the other.
#[must_use]
pub const fn highest_level(regime: SecrecyRegime, acceptance: Option<Acceptance>) -> Level {
    match (acceptance, regime.is_bound_by_secrecy()) {
        (None, _) => Level::L1,
        (Some(_), false) => Level::L2,
        (Some(_), true) => Level::L3,
    }
}

/// The proof that a receiver accepted: what [`Referral::acceptance`] gives, and nothing else.
///
/// [`Referral::acceptance`]: crate::referral::Referral::acceptance
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    at: Timestamp,
}

impl Acceptance {
    pub(crate) const fn stated(at: Timestamp) -> Self {
        Self { at }
    }

    /// Returns when the receiver says that it accepted.
    #[must_use]
    pub const fn at(self) -> Timestamp {
        self.at
    }
}

/// Why something may not be told, or should not have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfScope {
    /// Nothing that identifies leaves before the receiver accepted.
    #[error("the receiver has not accepted, so it may not be told: {}", .0.code())]
    NotAccepted(Category),
    /// Those who read there are not bound by secrecy.
    #[error("the receiver is not bound by secrecy, so it may not be told: {}", .0.code())]
    AboveRegime(Category),
    /// The person did not agree to this, or no longer does.
    #[error("the person did not agree that this be told: {}", .0.code())]
    NotAgreed(Category),
    /// The person agreed to somebody else knowing.
    #[error("the consent names another receiver")]
    OtherReceiver,
    /// The consent is for another referral, or is not the one that is cited.
    #[error("the consent is for something else")]
    OtherConsent,
    /// No consent goes with it.
    #[error("no consent goes with it")]
    NoConsent,
    /// The consent is not valid yet.
    #[error("the consent is not valid yet")]
    TooEarly,
    /// The consent has expired.
    #[error("the consent has expired")]
    Expired,
    /// The person took her consent back.
    #[error("the consent was taken back")]
    Withdrawn,
    /// It has no place in this payload.
    #[error("it has no place in this payload")]
    Misplaced,
    /// The text is longer than three hundred characters.
    #[error("the text is too long")]
    TextTooLong,
    /// The text holds a number that must never be sent.
    #[error("the text holds a number that must never be sent")]
    ProvedNumber,
}

code_list! {
    /// How much something tells of a person.
    Level or L3 {
        /// Nothing: a question about room.
        L0 = "L0",
        /// A need and how to help, without identity.
        L1 = "L1",
        /// A name she chose and one way to reach her.
        L2 = "L2",
        /// Context, between professionals bound by secrecy.
        L3 = "L3",
    }
}

code_list! {
    /// Under what duty of silence those who read at a service are. Stated on its card; a service
    /// counts as its weakest reader, and an unknown regime as the weakest of all.
    SecrecyRegime or Charter {
        /// By profession: social workers.
        Profession = "profession",
        /// By mission: staff of social aid, child protection.
        Mission = "mission",
        /// Public agents: discretion.
        PublicAgent = "public_agent",
        /// By contract: employees of associations.
        Contract = "contract",
        /// By a charter that they signed: volunteers.
        Charter = "charter",
    }
}

impl SecrecyRegime {
    /// Tells whether they are bound by professional secrecy.
    #[must_use]
    pub const fn is_bound_by_secrecy(self) -> bool {
        match self {
            Self::Profession | Self::Mission => true,
            Self::PublicAgent | Self::Contract | Self::Charter => false,
        }
    }
}

code_list! {
    /// What may be told of a person, item by item. What is not here cannot be told: health, origin,
    /// numbers of allowances, passwords, debts, attachments.
    Category or Other {
        /// What she needs.
        Need = "need",
        /// The right at stake.
        Right = "right",
        /// What stands in the way.
        Obstacles = "obstacles",
        /// Where she lives, roughly.
        Zone = "zone",
        /// Until when, and how urgent it makes it.
        Deadline = "deadline",
        /// How she wants to be helped.
        Mode = "mode",
        /// When she can come.
        Schedule = "schedule",
        /// How she can come.
        Mobility = "mobility",
        /// Her language.
        Language = "language",
        /// What the place or the way must be like.
        Accommodation = "accommodation",
        /// The criteria of the service that she meets.
        CriteriaMet = "criteria_met",
        /// What was tried before.
        AlreadyTried = "already_tried",
        /// Her first name, or the name she chose.
        FirstName = "first_name",
        /// Her telephone number.
        Phone = "phone",
        /// Her e-mail address.
        Email = "email",
        /// Her postal address.
        Post = "post",
        /// That she is reached through the sender.
        ViaSender = "via_sender",
        /// That she comes by herself, with her code.
        ComesWithCode = "comes_with_code",
        /// How to reach her without danger.
        SafeContact = "safe_contact",
        /// What she brings.
        Brings = "brings",
        /// Something practical, in a sentence or two.
        PracticalNote = "practical_note",
        /// Another professional who follows her.
        CoordinationContact = "coordination_contact",
        /// Who represents her.
        RepresentativeContact = "representative_contact",
        /// How far the procedure is.
        ProcedureStage = "procedure_stage",
        /// The papers she has.
        DocumentsHeld = "documents_held",
        /// The equipment she has at home.
        EquipmentHome = "equipment_home",
        /// What she does alone on a screen.
        Autonomy = "autonomy",
        /// Some context, in a sentence or two.
        ContextNote = "context_note",
        /// A category of a newer version. Nothing can be told under it.
        Other = "other",
    }
}

impl Category {
    /// Returns how much this tells.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Need
            | Self::Right
            | Self::Obstacles
            | Self::Zone
            | Self::Deadline
            | Self::Mode
            | Self::Schedule
            | Self::Mobility
            | Self::Language
            | Self::Accommodation
            | Self::CriteriaMet
            | Self::AlreadyTried => Level::L1,
            Self::FirstName
            | Self::Phone
            | Self::Email
            | Self::Post
            | Self::ViaSender
            | Self::ComesWithCode
            | Self::SafeContact
            | Self::Brings
            | Self::PracticalNote => Level::L2,
            Self::CoordinationContact
            | Self::RepresentativeContact
            | Self::ProcedureStage
            | Self::DocumentsHeld
            | Self::EquipmentHome
            | Self::Autonomy
            | Self::ContextNote
            | Self::Other => Level::L3,
        }
    }

    /// Tells whether this is a way to reach her: a consent names one at most.
    #[must_use]
    pub const fn is_channel(self) -> bool {
        matches!(
            self,
            Self::Phone | Self::Email | Self::Post | Self::ViaSender | Self::ComesWithCode
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix, read aloud.
    #[test]
    fn a_receiver_gets_what_its_regime_allows_once_it_accepted() {
        let accepted = Some(Acceptance::stated(Timestamp(1)));
        for regime in SecrecyRegime::ALL {
            let highest = match regime {
                SecrecyRegime::Profession | SecrecyRegime::Mission => Level::L3,
                SecrecyRegime::PublicAgent | SecrecyRegime::Contract | SecrecyRegime::Charter => {
                    Level::L2
                }
            };
            for category in Category::ALL {
                let told = |acceptance| {
                    Disclosure::new(NodeId([1; 32]), *regime, acceptance, [*category].into())
                };
                let before = told(None).map(|_| ());
                let expected = match category.level() {
                    Level::L0 | Level::L1 => Ok(()),
                    Level::L2 | Level::L3 => Err(OutOfScope::NotAccepted(*category)),
                };
                assert_eq!(before, expected, "{regime:?} {category:?}");
                let expected = if category.level() <= highest {
                    Ok(())
                } else {
                    Err(OutOfScope::AboveRegime(*category))
                };
                assert_eq!(told(accepted).map(|_| ()), expected, "{regime:?} {category:?}");
            }
        }
    }
}
