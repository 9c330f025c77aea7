//! What the two organizations answer each other, and why.

use super::code_list;

code_list! {
    /// Why a receiver declines. It describes the service, never the person: nobody has met her.
    DeclineReason or Other {
        /// The service is full.
        CapacityFull = "capacity_full",
        /// She lives elsewhere.
        OutOfArea = "out_of_area",
        /// The service is for others.
        OutOfAudience = "out_of_audience",
        /// The service does not do this.
        OutOfMission = "out_of_mission",
        /// Something must be done first.
        PrerequisiteMissing = "prerequisite_missing",
        /// The request does not say enough.
        InformationMissing = "information_missing",
        /// The service is closed or suspended.
        ServiceClosed = "service_closed",
        /// The hours do not fit.
        Hours = "hours",
        /// The place is not accessible for her.
        Accessibility = "accessibility",
        /// Nobody speaks her language.
        Language = "language",
        /// The equipment is not available.
        Equipment = "equipment",
        /// She is already helped here.
        Duplicate = "duplicate",
        /// It was meant for somebody else.
        Misaddressed = "misaddressed",
        /// It was already tried here.
        Loop = "loop",
        /// Another reason.
        Other = "other",
    }
}

code_list! {
    /// Why a refusal may send back to the sender without naming another service.
    BackReason or InformationMissing {
        /// The request does not say enough.
        InformationMissing = "information_missing",
        /// She is already helped here.
        Duplicate = "duplicate",
        /// It was meant for somebody else.
        Misaddressed = "misaddressed",
        /// It was already tried here.
        Loop = "loop",
    }
}

code_list! {
    /// Why a receiver that had accepted stops.
    StepDownReason or Other {
        /// There is no longer room.
        CapacityLost = "capacity_lost",
        /// The service does not do this, it turns out.
        OutOfMission = "out_of_mission",
        /// The service closes.
        ServiceClosed = "service_closed",
        /// Another reason.
        Other = "other",
    }
}

code_list! {
    /// Why a sender takes its request back.
    CancelReason or Other {
        /// Before it left.
        Recalled = "recalled",
        /// Somebody else helps her.
        TakenElsewhere = "taken_elsewhere",
        /// Her situation has changed.
        SituationChanged = "situation_changed",
        /// A question was not answered.
        NoAnswer = "no_answer",
        /// Her consent has expired.
        ConsentExpired = "consent_expired",
        /// Another reason.
        Other = "other",
    }
}

code_list! {
    /// Why a referral should never have been.
    MistakeReason or Other {
        /// It is about somebody else.
        WrongPerson = "wrong_person",
        /// There are two.
        Duplicate = "duplicate",
        /// It was a test.
        Test = "test",
        /// Another reason.
        Other = "other",
    }
}

code_list! {
    /// Why an appointment did not take place.
    MissedCause or Excused {
        /// She did not come.
        Absent = "absent",
        /// She had said so.
        Excused = "excused",
        /// The service called it off.
        ByService = "by_service",
    }
}

code_list! {
    /// How the work started.
    FirstContact or ContactTried {
        /// Somebody tried to reach her.
        ContactTried = "contact_tried",
        /// They met.
        Met = "met",
        /// She came with her code.
        ArrivedWithCode = "arrived_with_code",
    }
}

code_list! {
    /// How an appointment is held.
    MeetingMode or Desk {
        /// At the desk of the service.
        Desk = "desk",
        /// At a drop-in.
        DropIn = "drop_in",
        /// By telephone.
        Telephone = "telephone",
        /// By video.
        Video = "video",
        /// At her home.
        Home = "home",
    }
}

code_list! {
    /// Why a case conference is called.
    ConferenceReason or Other {
        /// This need was already here.
        Loop = "loop",
        /// No further referral is allowed.
        DeadEnd = "dead_end",
        /// It needs several structures at once.
        Complex = "complex",
        /// The two sides do not agree.
        Disagreement = "disagreement",
        /// Another reason.
        Other = "other",
    }
}

code_list! {
    /// What a plan says must be done next.
    PlanAct or Other {
        /// The receiver contacts her.
        MakeContact = "make_contact",
        /// The two help together.
        HelpTogether = "help_together",
        /// The sender does a step first.
        PrepareFirst = "prepare_first",
        /// Another act.
        Other = "other",
    }
}
