//! What a proposal says besides the need, and what is asked and answered about it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::code_list;

code_list! {
    /// How the person wants to be helped.
    Mode or Individual {
        /// An answer is enough.
        Answer = "answer",
        /// Together, so that she knows how.
        Together = "together",
        /// With one helper.
        Individual = "individual",
        /// In a group, to learn.
        Workshop = "workshop",
        /// On her behalf, by an accredited helper.
        OnBehalf = "on_behalf",
    }
}

code_list! {
    /// When the person can come.
    HalfDay or Other {
        /// Monday morning.
        MondayMorning = "mon_am",
        /// Monday afternoon.
        MondayAfternoon = "mon_pm",
        /// Tuesday morning.
        TuesdayMorning = "tue_am",
        /// Tuesday afternoon.
        TuesdayAfternoon = "tue_pm",
        /// Wednesday morning.
        WednesdayMorning = "wed_am",
        /// Wednesday afternoon.
        WednesdayAfternoon = "wed_pm",
        /// Thursday morning.
        ThursdayMorning = "thu_am",
        /// Thursday afternoon.
        ThursdayAfternoon = "thu_pm",
        /// Friday morning.
        FridayMorning = "fri_am",
        /// Friday afternoon.
        FridayAfternoon = "fri_pm",
        /// Saturday morning.
        SaturdayMorning = "sat_am",
        /// Saturday afternoon.
        SaturdayAfternoon = "sat_pm",
        /// Another time.
        Other = "other",
    }
}

code_list! {
    /// What the way to the place must be like.
    Mobility or Other {
        /// No step.
        StepFree = "step_free",
        /// Near a bus line.
        NearBus = "near_bus",
        /// At her home.
        AtHome = "at_home",
        /// None of these.
        Other = "other",
    }
}

code_list! {
    /// What the place or the way of helping must be like. Never a label on the person.
    Accommodation or Other {
        /// Said rather than written.
        Oral = "oral",
        /// At her own pace.
        Pace = "pace",
        /// In a quiet place.
        Quiet = "quiet",
        /// None of these.
        Other = "other",
    }
}

code_list! {
    /// What kind of structure helped, or may help.
    OrganizationKind or Other {
        /// Municipal social action.
        SocialAction = "ccas",
        /// Département.
        Departement = "departement",
        /// Digital mediation: public digital space, library, third place.
        DigitalMediation = "mediation_numerique",
        /// Association.
        Association = "association",
        /// France services.
        FranceServices = "france_services",
        /// Another kind.
        Other = "other",
    }
}

code_list! {
    /// How an earlier attempt ended. Travels only if the person agreed.
    AttemptEnd or Other {
        /// The service could not help.
        Declined = "declined",
        /// The service did not answer.
        Silence = "silence",
        /// It was called off.
        Cancelled = "cancelled",
        /// It was carried out, and the need is still there.
        Unresolved = "unresolved",
        /// Another end.
        Other = "other",
    }
}

code_list! {
    /// What a receiver asks about before it decides.
    Matter or Other {
        /// The date before which it must be done.
        Deadline = "deadline",
        /// The paper or the procedure it is about.
        Procedure = "procedure",
        /// When she can come.
        Availability = "availability",
        /// What she can do it with.
        Equipment = "equipment",
        /// How she can come.
        Mobility = "mobility",
        /// In what language.
        Language = "language",
        /// What she expects.
        Expectation = "expectation",
        /// Something else.
        Other = "other",
    }
}

code_list! {
    /// What the sender answers, one for each matter that was asked about.
    CodedAnswer or Other {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Not known.
        Unknown = "unknown",
        /// She will say it herself.
        SheWillSay = "she_will_say",
        /// Something else.
        Other = "other",
    }
}

code_list! {
    /// What the sender adds when it asks for a refusal to be looked at again.
    AddedFact or Other {
        /// The deadline is nearer than it seemed.
        DeadlineNearer = "deadline_nearer",
        /// What was missing is there.
        InformationAdded = "information_added",
        /// A criterion of the service is met after all.
        CriterionMet = "criterion_met",
        /// She can come at other times.
        WiderAvailability = "wider_availability",
        /// Another fact.
        Other = "other",
    }
}

code_list! {
    /// How old the person is, for the figures. Known to the owner of the need alone.
    AgeBracket or NotGiven {
        /// Under 18.
        Under18 = "under_18",
        /// 18 to 24.
        From18 = "18_24",
        /// 25 to 39.
        From25 = "25_39",
        /// 40 to 59.
        From40 = "40_59",
        /// 60 to 69.
        From60 = "60_69",
        /// 70 and over.
        From70 = "70_over",
        /// Not given.
        NotGiven = "not_given",
    }
}

/// Declares a short code of a public register, of which we keep no list.
macro_rules! register_code {
    ($(#[$doc:meta])* $name:ident: $shape:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = NotACode;

            fn try_from(code: String) -> Result<Self, NotACode> {
                let shape: fn(&[u8]) -> bool = $shape;
                if shape(code.as_bytes()) { Ok(Self(code)) } else { Err(NotACode) }
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// The text does not have the shape of a code of its register: nothing else may travel there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a code of its register")]
pub struct NotACode;

register_code! {
    /// Where the person lives: an EPCI (nine digits), or a commune (five characters) where it is
    /// large enough to hide one person.
    Zone: |code| {
        code.iter().all(u8::is_ascii_digit) && matches!(code.len(), 5 | 9)
            || matches!(code, [b'2', b'A' | b'B', rest @ ..]
                if rest.len() == 3 && rest.iter().all(u8::is_ascii_digit))
    }
}

register_code! {
    /// The language she is at ease in (ISO 639: two or three letters).
    Language: |code| matches!(code.len(), 2 | 3) && code.iter().all(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_register_cannot_be_a_sentence() {
        for zone in ["200058519", "95018", "2A004"] {
            assert!(Zone::try_from(zone.to_owned()).is_ok(), "{zone}");
        }
        for zone in ["", "Aubry", "2A0AA", "2000585190", "9501 "] {
            assert_eq!(Zone::try_from(zone.to_owned()), Err(NotACode), "{zone}");
        }
        assert!(Language::try_from("fr".to_owned()).is_ok());
        for language in ["", "f", "FR", "fran", "f r"] {
            assert_eq!(Language::try_from(language.to_owned()), Err(NotACode), "{language}");
        }
    }
}
