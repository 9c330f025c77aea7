//! Closed lists. Each value has a code that never changes once published.
//!
//! A list is declared once, here or beside what it is about; `codes/*.csv` gives its values with
//! their origin, licence and equivalents elsewhere, and a test refuses any difference. Labels in
//! French belong to the node: two nodes need not agree on them.
//!
//! A list grows with versions. So whoever reads a code that it does not know reads the fallback
//! of the list, never an error: a newer peer can always be heard.
//!
//! ```
//! use maillage_protocol::codes::DeclineReason;
//!
//! let newer: DeclineReason = serde_json::from_str(r#""made_up_in_2031""#).unwrap();
//! assert_eq!(newer, DeclineReason::Other);
//! assert_eq!(DeclineReason::from_code("made_up_in_2031"), None);
//! ```

mod need;
mod request;
mod answer;
mod outcome;

pub use answer::*;
pub use need::*;
pub use outcome::*;
pub use request::*;

/// Declares a closed list, and what an unknown code of it is read as.
macro_rules! code_list {
    (
        $(#[$doc:meta])*
        $name:ident or $fallback:ident {
            $($(#[$value_doc:meta])* $value:ident = $code:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(
                $(#[$value_doc])*
                #[doc = concat!("\n\nWritten `", $code, "`.")]
                $value,
            )+
        }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// What a code of a newer version is read as.
            pub const FALLBACK: Self = Self::$fallback;

            /// Returns the code of this value.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$value => $code,)+
                }
            }

            /// Returns the value of a code, if it is in the list.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$value),)+
                    _ => None,
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Ok(Self::from_code(&code).unwrap_or(Self::FALLBACK))
            }
        }
    };
}
pub(crate) use code_list;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::body::{Belonging, InTime, ProcedureStage, SafeRule};
    use crate::calendar::Calendar;
    use crate::consent::{
        Basis, CollectionPlace, FeedbackLevel, NoticeForm, Operation, Purpose, Quality,
        WitnessFunction,
    };
    use crate::disclosure::{Category, Level, SecrecyRegime};
    use crate::need::NeedStatus;
    use crate::referral::{Act, ChildEnd, Confirmation, Status};

    /// Returns the codes of the first column, or of the second where the first is `list`.
    fn codes_of<'a>(csv: &'a str, list: Option<&str>) -> Vec<&'a str> {
        let rows = csv.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
        match list {
            None => rows.map(|row| row[0]).collect(),
            Some(list) => rows.filter(|row| row[0] == list).map(|row| row[1]).collect(),
        }
    }

    macro_rules! assert_listed {
        ($name:ident, $codes:expr) => {
            let listed: Vec<_> = $name::ALL.iter().map(|value| value.code()).collect();
            assert_eq!(listed, $codes, stringify!($name));
            for value in $name::ALL {
                assert_eq!($name::from_code(value.code()), Some(*value));
                let written = serde_json::to_string(value).unwrap();
                assert_eq!(serde_json::from_str::<$name>(&written).unwrap(), *value);
            }
            let newer = serde_json::from_str::<$name>(r#""made_up_in_2031""#).unwrap();
            assert_eq!(newer, $name::FALLBACK);
        };
    }

    #[test]
    fn every_list_is_the_one_of_its_table() {
        assert_listed!(NeedCode, codes_of(include_str!("../codes/needs.csv"), None));
        assert_listed!(Right, codes_of(include_str!("../codes/rights.csv"), None));
        let declines = include_str!("../codes/decline-reasons.csv");
        assert_listed!(DeclineReason, codes_of(declines, None));
        assert_listed!(Outcome, codes_of(include_str!("../codes/outcomes.csv"), None));
        assert_listed!(Category, codes_of(include_str!("../codes/categories.csv"), None));
    }

    /// What the national tool writes has a code here, and what we write has one there and in statistics.
    #[test]
    fn reasons_map_to_the_national_codes_both_ways() {
        let national = include_str!("../codes/from-dora.csv");
        let rows = |csv: &'static str| -> Vec<Vec<&str>> {
            csv.lines().skip(1).map(|row| row.split(',').collect()).collect()
        };
        let dora: BTreeSet<_> = rows(national).into_iter().map(|row| row[0]).collect();
        assert_eq!(dora.len(), 11);
        for row in rows(national) {
            let known = match row[1] {
                "decline" => DeclineReason::from_code(row[2]).is_some(),
                _ => Outcome::from_code(row[2]).is_some(),
            };
            assert!(known, "{row:?}");
        }
        for row in rows(include_str!("../codes/decline-reasons.csv")) {
            assert!(!row[2].is_empty() && dora.contains(row[3]), "{row:?}");
        }
        for row in rows(include_str!("../codes/outcomes.csv")) {
            assert!(!row[2].is_empty(), "{row:?}");
        }
    }

    #[test]
    fn every_small_list_is_the_one_of_its_table() {
        let table = include_str!("../codes/lists.csv");
        let mut checked = BTreeSet::new();
        macro_rules! small_lists {
            ($($name:ident = $list:literal,)+) => {$(
                assert_listed!($name, codes_of(table, Some($list)));
                checked.insert($list);
            )+};
        }
        small_lists! {
            Calendar = "calendar",
            Obstacle = "obstacle",
            Urgency = "urgency",
            Autonomy = "autonomy",
            Mode = "mode",
            HalfDay = "half_day",
            Mobility = "mobility",
            Accommodation = "accommodation",
            OrganizationKind = "organization_kind",
            AttemptEnd = "attempt_end",
            Matter = "matter",
            CodedAnswer = "coded_answer",
            AddedFact = "added_fact",
            BackReason = "back_reason",
            StepDownReason = "step_down_reason",
            CancelReason = "cancel_reason",
            MistakeReason = "mistake_reason",
            MissedCause = "missed_cause",
            FirstContact = "first_contact",
            MeetingMode = "meeting_mode",
            ConferenceReason = "conference_reason",
            PlanAct = "plan_act",
            OutcomeClass = "outcome_class",
            Helped = "helped",
            Answerer = "answerer",
            Medium = "medium",
            HeardBy = "heard_by",
            FeedbackLevel = "feedback_level",
            Purpose = "purpose",
            Basis = "basis",
            NoticeForm = "notice_form",
            WitnessFunction = "witness_function",
            Quality = "quality",
            CollectionPlace = "collection_place",
            Operation = "operation",
            SecrecyRegime = "secrecy_regime",
            Level = "level",
            AgeBracket = "age_bracket",
            ChildEnd = "child_end",
            InTime = "in_time",
            SafeRule = "safe_rule",
            Belonging = "belonging",
            ProcedureStage = "procedure_stage",
            NeedStatus = "need_status",
            Status = "status",
            Act = "act",
            Confirmation = "confirmation",
        }
        let listed: BTreeSet<_> =
            table.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
        assert_eq!(checked, listed);
    }

    #[test]
    fn an_outcome_has_the_class_of_its_table() {
        for row in include_str!("../codes/outcomes.csv").lines().skip(1) {
            let (code, rest) = row.split_once(',').unwrap();
            let class = rest.split(',').next().unwrap();
            assert_eq!(Outcome::from_code(code).unwrap().class().code(), class, "{code}");
        }
    }

    #[test]
    fn a_category_has_the_level_of_its_table() {
        for row in include_str!("../codes/categories.csv").lines().skip(1) {
            let (code, level) = row.split_once(',').unwrap();
            assert_eq!(Category::from_code(code).unwrap().level().code(), level, "{code}");
        }
    }

    #[test]
    fn the_national_list_of_needs_is_complete() {
        // 69 themes, and what none of them names.
        assert_eq!(NeedCode::ALL.len(), 69 + 1);
        let digital = NeedCode::ALL.iter().filter(|need| need.code().starts_with("numerique--"));
        assert_eq!(digital.count(), 4);
    }
}
