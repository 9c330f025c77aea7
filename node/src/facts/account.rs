//! What a node keeps of its professionals: their rights, their duties, how they want to hear, and
//! what was done about them.

use maillage_protocol::id::{ProfessionalId, ReferralId, UnitId};
use maillage_protocol::referral::Reminder;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::closed::closed;

closed! {
    /// What a professional may do here.
    pub enum Capability {
        /// Refer people, and answer.
        Work = "work",
        /// Run the node: accounts, links, keys, backups. No content.
        Administer = "administer",
        /// Coordinate a territory: structures that come to no end. No content, no referral.
        Coordinate = "coordinate",
        /// Watch over the protection of data: who opened what, what was erased. No content.
        Audit = "audit",
    }

    /// What somebody does in their team besides the work (referral.md §8.4).
    pub enum Duty {
        /// Acts in the place of colleagues who are away or late.
        StandIn = "stand_in",
        /// Answers for the team, and is told when nobody acts.
        Referent = "referent",
    }

    /// How somebody wants to hear by mail what is for them.
    #[derive(Default)]
    pub enum MailChoice {
        /// One mail for each thing, as soon as it is known.
        #[default]
        AtOnce = "at_once",
        /// One mail on the morning of a working day, if something waits.
        Digest = "digest",
        /// No mail.
        Never = "never",
    }

    /// Why somebody who reads no content opens what identifies all the same.
    pub enum AccessReason {
        /// She asks for what is kept of her, and nobody of the team can answer.
        HerRequest = "her_request",
        /// Somebody's life is in danger.
        Life = "life",
        /// A court or a police officer requires it.
        Court = "court",
        /// Something is broken, and nobody can mend it without seeing.
        Repair = "repair",
    }
}

/// A time when somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// From when.
    pub from: Timestamp,
    /// Until when: this very moment is not in it.
    pub until: Timestamp,
}

/// What is done about a professional. Their name and login are in the content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "p", rename_all = "snake_case")]
pub enum AccountAct {
    /// An account was made.
    Added {
        /// Whose.
        account: ProfessionalId,
        /// The unit under which their name is sealed.
        unit: UnitId,
        /// What they may do.
        capabilities: Vec<Capability>,
        /// When. Older versions did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// A link was made by which they choose a password, once.
    Invited {
        /// Who.
        account: ProfessionalId,
        /// The hash of what the link holds.
        hash: [u8; 32],
        /// Until when.
        expires: Timestamp,
        /// Who made it, if it was somebody with an account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<ProfessionalId>,
        /// When.
        at: Timestamp,
    },
    /// They signed in, or a program in their name: written once a month.
    Seen {
        /// Who.
        account: ProfessionalId,
        /// When.
        at: Timestamp,
    },
    /// Nobody has signed in with it for long: it is closed in a month, unless somebody does.
    Warned {
        /// Whose.
        account: ProfessionalId,
        /// When.
        at: Timestamp,
    },
    /// A password was chosen. Its hash is in the vault.
    PasswordSet {
        /// Whose.
        account: ProfessionalId,
        /// The random name of the hash. A session of another one is over.
        credential: [u8; 16],
    },
    /// They were given a duty in their team, or have none any more.
    DutyGiven {
        /// Whose.
        account: ProfessionalId,
        /// Which.
        duty: Option<Duty>,
    },
    /// They will be away, or will not be after all.
    Away {
        /// Who.
        account: ProfessionalId,
        /// When.
        absence: Option<Absence>,
        /// Who said so.
        by: ProfessionalId,
    },
    /// They chose where and when mail reaches them. The address is in the content.
    MailSet {
        /// Who.
        account: ProfessionalId,
        /// When.
        choice: MailChoice,
    },
    /// The account was closed.
    Disabled {
        /// Whose.
        account: ProfessionalId,
        /// When. Older versions did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// Who takes over what they followed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heir: Option<ProfessionalId>,
    },
    /// Their name was forgotten, long after the account was closed.
    Forgotten {
        /// Whose.
        account: ProfessionalId,
    },
}

/// What a mail says: that something waits, and never about whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "n", rename_all = "snake_case")]
pub enum Notice {
    /// A request waits to be opened.
    Request {
        /// Which.
        referral: ReferralId,
        /// Since when.
        since: Timestamp,
    },
    /// The other side said something, and nobody here has read it.
    News {
        /// In which referral.
        referral: ReferralId,
        /// When.
        since: Timestamp,
    },
    /// A colleague gave it to them, and they have not read it since.
    Handed {
        /// Which referral.
        referral: ReferralId,
        /// When.
        since: Timestamp,
    },
    /// Nobody answered in time, and somebody has to choose what follows.
    Next {
        /// After which referral.
        referral: ReferralId,
        /// When it ended.
        since: Timestamp,
    },
    /// Something is late.
    Late {
        /// In which referral.
        referral: ReferralId,
        /// What.
        what: Reminder,
        /// Since when.
        since: Timestamp,
    },
    /// What waits on the morning of a day.
    Digest {
        /// When that morning began.
        since: Timestamp,
    },
}

impl Notice {
    /// Returns the referral that it is about, if it is about one.
    #[must_use]
    pub const fn referral(self) -> Option<ReferralId> {
        match self {
            Self::Request { referral, .. }
            | Self::News { referral, .. }
            | Self::Handed { referral, .. }
            | Self::Next { referral, .. }
            | Self::Late { referral, .. } => Some(referral),
            Self::Digest { .. } => None,
        }
    }
}

/// What is done about a key of the API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum TokenAct {
    /// A key was made.
    Made {
        /// Its public name.
        token: [u8; 8],
        /// The hash of its secret.
        hash: [u8; 32],
        /// In whose name it acts.
        account: ProfessionalId,
    },
    /// A key was taken back.
    Revoked {
        /// Its public name.
        token: [u8; 8],
    },
}
