//! The codes of closed lists, in words.

use maillage_protocol::body::{Belonging, ProcedureStage, SafeRule};
use maillage_protocol::codes::{
    Accommodation, AddedFact, AttemptEnd, Autonomy, CancelReason, CodedAnswer, ConferenceReason,
    DeclineReason, FirstContact, HalfDay, Helped, Matter, Medium, MeetingMode, MissedCause,
    MistakeReason, Mobility, Mode, NeedCode, Obstacle, Outcome, OutcomeClass, PlanAct, Right,
    StepDownReason, Urgency,
};
use maillage_protocol::consent::{CollectionPlace, FeedbackLevel, Quality, WitnessFunction};
use maillage_protocol::disclosure::{Category, SecrecyRegime};
use maillage_protocol::need::NeedStatus;
use maillage_protocol::referral::{Act, ChildEnd, Confirmation, Reminder, Status};

use super::say;
use crate::app::Rule;
use crate::facts::{AccessReason, Capability, Duty, MailChoice};

/// A value of a closed list, which the screen says in words.
pub trait Coded: Copy + PartialEq + 'static {
    /// What the names of its labels start with.
    const ROOM: &'static str;

    /// Every value, in the order of the list.
    fn all() -> &'static [Self];

    /// Returns the code of this value.
    fn code(self) -> &'static str;

    /// Returns the value of a code, if it is in the list.
    fn from_code(code: &str) -> Option<Self>;

    /// Returns the words for this value.
    fn label(self) -> String {
        say(&format!("{}-{}", Self::ROOM, self.code()))
    }
}

/// Returns the words for a theme of needs; for one that we do not know, those of all others.
#[must_use]
pub fn theme(code: &str) -> String {
    let known = NeedCode::ALL.iter().any(|need| need.code().split("--").next() == Some(code));
    say(&format!("theme-{}", if known { code } else { NeedCode::Other.code() }))
}

macro_rules! coded {
    ($($list:ident = $room:literal;)+) => {
        $(impl Coded for $list {
            const ROOM: &'static str = $room;

            fn all() -> &'static [Self] {
                Self::ALL
            }

            fn code(self) -> &'static str {
                Self::code(self)
            }

            fn from_code(code: &str) -> Option<Self> {
                Self::from_code(code)
            }
        })+

        /// Returns the name of every label.
        #[cfg(test)]
        pub(super) fn every_key() -> Vec<String> {
            // A theme of the national list is what its codes start with.
            let themes = NeedCode::ALL.iter().map(|need| need.code().split("--").next().unwrap());
            let mut keys: Vec<_> = themes.map(|theme| format!("theme-{theme}")).collect();
            $(keys.extend($list::ALL.iter().map(|value| format!("{}-{}", $room, value.code())));)+
            keys
        }
    };
}

coded! {
    NeedCode = "besoin";
    Right = "droit";
    Obstacle = "obstacle";
    Urgency = "urgence";
    Autonomy = "autonomie";
    Mode = "modalite";
    HalfDay = "creneau";
    Mobility = "mobilite";
    Accommodation = "adaptation";
    Matter = "sujet";
    CodedAnswer = "precision";
    AddedFact = "ajout";
    DeclineReason = "motif";
    StepDownReason = "desistement";
    CancelReason = "annulation";
    MistakeReason = "erronee";
    MissedCause = "absence";
    FirstContact = "contact";
    MeetingMode = "lieu-rdv";
    ConferenceReason = "concertation";
    PlanAct = "plan";
    Outcome = "issue";
    OutcomeClass = "famille";
    Helped = "aidee";
    Medium = "moyen";
    FeedbackLevel = "retour";
    WitnessFunction = "temoin";
    Quality = "qualite";
    CollectionPlace = "recueil";
    Category = "donnee";
    SecrecyRegime = "secret";
    SafeRule = "prudence";
    Belonging = "apporte";
    Status = "statut";
    Act = "acte";
    Confirmation = "cloture";
    ChildEnd = "relais";
    Reminder = "relance";
    ProcedureStage = "etape";
    AttemptEnd = "essai";
    AccessReason = "exception";
    Capability = "equipe-droit";
    Duty = "equipe-role";
    MailChoice = "moi-courriel";
    NeedStatus = "etat-besoin";
    Rule = "regle";
}
