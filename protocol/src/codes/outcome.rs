//! How it ended, as the receiver says it; whether it helped, as the person says it.

use super::code_list;

code_list! {
    /// How the work ended: the receiver's word.
    Outcome or Unknown {
        /// She knows how to do it.
        Autonomous = "autonomous",
        /// Somebody went with her to the end.
        Accompanied = "accompanied",
        /// It was done with her.
        DoneWith = "done_with",
        /// It was done for her, under a mandate.
        DoneUnderMandate = "done_under_mandate",
        /// The right is open.
        RightOpened = "right_opened",
        /// She has the equipment.
        EquipmentGiven = "equipment_given",
        /// It was settled elsewhere.
        ResolvedElsewhere = "resolved_elsewhere",
        /// Something follows.
        FollowUpPlanned = "follow_up_planned",
        /// She is learning.
        SkillInProgress = "skill_in_progress",
        /// The agency is examining the right.
        RightUnderExamination = "right_under_examination",
        /// The service does not do this.
        OutOfMission = "out_of_mission",
        /// There was no room.
        Capacity = "capacity",
        /// The agency or its site is blocked.
        BlockedByAgency = "blocked_by_agency",
        /// A paper is missing.
        DocumentMissing = "document_missing",
        /// It was too late.
        DeadlinePassed = "deadline_passed",
        /// Something else stands in the way: mobility, language, child care, health.
        SideObstacle = "side_obstacle",
        /// Nothing exists in the territory.
        NoOfferInTerritory = "no_offer_in_territory",
        /// She could not be reached: three tries, two ways, ten days.
        Unreachable = "unreachable",
        /// She did not come, twice.
        Absences = "absences",
        /// She does not want it any more.
        NoLongerWanted = "no_longer_wanted",
        /// The need is gone.
        NeedGone = "need_gone",
        /// She has moved away.
        MovedAway = "moved_away",
        /// She has died.
        Died = "died",
        /// Not known.
        Unknown = "unknown",
    }
}

code_list! {
    /// What an outcome means for the need.
    OutcomeClass or Unknown {
        /// It is met.
        Resolved = "resolved",
        /// It is partly met.
        Partly = "partly",
        /// It could not be met.
        Unmet = "unmet",
        /// It is no longer pursued.
        Dropped = "dropped",
        /// Not known.
        Unknown = "unknown",
    }
}

impl Outcome {
    /// Returns what this outcome means for the need.
    #[must_use]
    pub const fn class(self) -> OutcomeClass {
        match self {
            Self::Autonomous
            | Self::Accompanied
            | Self::DoneWith
            | Self::DoneUnderMandate
            | Self::RightOpened
            | Self::EquipmentGiven
            | Self::ResolvedElsewhere => OutcomeClass::Resolved,
            Self::FollowUpPlanned | Self::SkillInProgress | Self::RightUnderExamination => {
                OutcomeClass::Partly
            }
            Self::OutOfMission
            | Self::Capacity
            | Self::BlockedByAgency
            | Self::DocumentMissing
            | Self::DeadlinePassed
            | Self::SideObstacle
            | Self::NoOfferInTerritory => OutcomeClass::Unmet,
            Self::Unreachable
            | Self::Absences
            | Self::NoLongerWanted
            | Self::NeedGone
            | Self::MovedAway
            | Self::Died => OutcomeClass::Dropped,
            Self::Unknown => OutcomeClass::Unknown,
        }
    }
}

code_list! {
    /// What the person answers to « êtes-vous aidée ? ». The fallback leaves the question open
    /// to others: it contests nothing.
    Helped or Partly {
        /// Yes.
        Yes = "yes",
        /// In part.
        Partly = "partly",
        /// No.
        No = "no",
    }
}

code_list! {
    /// Who answered.
    Answerer or Person {
        /// She did.
        Person = "person",
        /// Somebody who represents her.
        Representative = "representative",
    }
}

code_list! {
    /// By what way she answered.
    Medium or Desk {
        /// On her page.
        Page = "page",
        /// By telephone, to a person or a machine.
        Voice = "voice",
        /// By SMS.
        Sms = "sms",
        /// At a desk.
        Desk = "desk",
    }
}

code_list! {
    /// Who heard her. The fallback proves nothing: nobody confirms its own work.
    HeardBy or Receiver {
        /// Nobody: she proved who she is with her code.
        Code = "code",
        /// The organization that asked for help.
        Sender = "sender",
        /// The organization that helps.
        Receiver = "receiver",
        /// Another one.
        Third = "third",
    }
}
