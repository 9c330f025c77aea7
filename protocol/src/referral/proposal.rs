//! What is asked: everything a receiver may know before it accepts, and nothing that identifies.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Day};
use crate::codes::{
    Accommodation, AttemptEnd, HalfDay, Language, Mobility, Mode, NeedCode, Obstacle,
    OrganizationKind, Right, Urgency, Zone,
};
use crate::consent::{Consent, FeedbackLevel};
use crate::disclosure::{Category, Disclosure, OutOfScope, SecrecyRegime};
use crate::id::{ConsentId, ReferralId, ServiceId};
use crate::time::Timestamp;

/// What the sender asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The service that is asked: never a person, since people leave.
    pub service: ServiceId,
    /// What is needed.
    pub code: NeedCode,
    /// The right at stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Right>,
    /// What stands in the way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub obstacles: BTreeSet<Obstacle>,
    /// Where she lives, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Until when, for the right not to be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Day>,
    /// How urgent that made it on the day of the proposal.
    pub urgency: Urgency,
    /// How she wants to be helped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// When she can come.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub schedule: BTreeSet<HalfDay>,
    /// How she can come.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub mobility: BTreeSet<Mobility>,
    /// Her language, if French is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the place or the way must be like.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accommodations: BTreeSet<Accommodation>,
    /// The criteria of the service that she meets, by their numbers on its card.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub criteria: BTreeSet<u8>,
    /// How many referrals of this need came before, one from another.
    pub hop: u8,
    /// The referral that this one goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ReferralId>,
    /// Whether somebody else is asked at the same time.
    #[serde(default)]
    pub parallel: bool,
    /// What was tried before, if she agreed that it be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// What the sender is told of what becomes of it.
    pub feedback: FeedbackLevel,
    /// Whether she may be asked if it helped.
    pub askable: bool,
    /// The consent under which it is asked.
    pub consent: ConsentId,
    /// The rules by which its clocks run.
    pub rules: Rules,
}

/// An earlier attempt, as it may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// What kind of structure tried.
    pub kind: OrganizationKind,
    /// How it ended.
    pub end: AttemptEnd,
}

/// What the two sides agree on for the whole life of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rules {
    /// The version of these rules.
    #[serde(rename = "v")]
    pub version: u8,
    /// How many referrals in a row there may be.
    pub max_hop: u8,
    /// Which days are worked.
    pub calendar: Calendar,
}

impl Default for Rules {
    fn default() -> Self {
        Self { version: 1, max_hop: 3, calendar: Calendar::Metropolitan }
    }
}

impl Proposal {
    /// Returns what statuses, clocks and loops are read from: nothing of her circumstances, which go
    /// with the body that told them (consent.md §6, §10 R2).
    #[must_use]
    pub fn outline(self) -> Self {
        Self {
            right: None,
            obstacles: BTreeSet::new(),
            zone: None,
            mode: None,
            schedule: BTreeSet::new(),
            mobility: BTreeSet::new(),
            language: None,
            accommodations: BTreeSet::new(),
            criteria: BTreeSet::new(),
            tried: Vec::new(),
            ..self
        }
    }

    /// Tells whether the receiver may pass it on once more (referral.md §11).
    #[must_use]
    pub const fn may_go_further(&self) -> bool {
        self.hop < self.rules.max_hop
    }

    /// Returns what this tells of the person.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<Category> {
        let told = [
            (true, Category::Need),
            (self.right.is_some(), Category::Right),
            (!self.obstacles.is_empty(), Category::Obstacles),
            (self.zone.is_some(), Category::Zone),
            (self.deadline.is_some(), Category::Deadline),
            (self.mode.is_some(), Category::Mode),
            (!self.schedule.is_empty(), Category::Schedule),
            (!self.mobility.is_empty(), Category::Mobility),
            (self.language.is_some(), Category::Language),
            (!self.accommodations.is_empty(), Category::Accommodation),
            (!self.criteria.is_empty(), Category::CriteriaMet),
            (!self.tried.is_empty(), Category::AlreadyTried),
        ];
        told.into_iter().filter_map(|(told, category)| told.then_some(category)).collect()
    }

    /// Checks that she agreed to all of this.
    pub fn check_consent(&self, consent: &Consent, now: Timestamp) -> Result<(), OutOfScope> {
        let grant = consent.grant();
        let scope = &grant.scope;
        // More reserved levels come after: a proposal may promise the sender less, never more.
        let promises_more =
            self.feedback < grant.feedback || self.askable && consent.askable().is_none();
        if consent.id() != self.consent || scope.service != self.service || promises_more {
            return Err(OutOfScope::OtherConsent);
        }
        let receiver = scope.receivers.first().ok_or(OutOfScope::OtherReceiver)?;
        // Before acceptance, the weakest regime is told as much as the strongest.
        let told = Disclosure::new(*receiver, SecrecyRegime::Charter, None, self.categories())?;
        consent.covers(&told, now)
    }
}

/// What remains of a proposal in the state of a referral: what rules and clocks read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// The service that is asked.
    pub service: ServiceId,
    /// What is needed.
    pub code: NeedCode,
    /// Until when, for the right not to be lost.
    pub deadline: Option<Day>,
    /// How urgent that made it.
    pub urgency: Urgency,
    /// How many referrals came before.
    pub hop: u8,
    /// The referral that this one goes on.
    pub parent: Option<ReferralId>,
    /// What the sender is told.
    pub feedback: FeedbackLevel,
    /// Whether she may be asked if it helped.
    pub askable: bool,
    /// The consent under which it is asked.
    pub consent: ConsentId,
    /// The rules.
    pub rules: Rules,
}

impl Asked {
    pub(super) const fn of(proposal: &Proposal, at: Timestamp) -> Self {
        Self {
            at,
            service: proposal.service,
            code: proposal.code,
            deadline: proposal.deadline,
            urgency: proposal.urgency,
            hop: proposal.hop,
            parent: proposal.parent,
            feedback: proposal.feedback,
            askable: proposal.askable,
            consent: proposal.consent,
            rules: proposal.rules,
        }
    }
}
