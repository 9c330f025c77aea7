//! What a node does, as its journal keeps it. Codes, identifiers and dates only: what identifies a
//! person is in the content beside it.

use maillage_protocol::body::Skeleton;
use maillage_protocol::control::Control;
use maillage_protocol::directory::Card;
use maillage_protocol::encoding;
use maillage_protocol::event::EventKind;
use maillage_protocol::id::{EventId, NeedId, NodeId, ProfessionalId, ReferralId, UnitId};
use maillage_protocol::keys::KeyUse;
use maillage_protocol::need::{NeedEvent, NeedFacts};
use maillage_protocol::referral::{Author, Reminder};
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{AccessReason, AccountAct, Notice, TokenAct};

/// What a node did.
///
/// Stored for ever: variants are added, never changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "a", rename_all = "snake_case")]
pub enum Act {
    /// It said something about a referral.
    Said(Box<Said>),
    /// It did something about a link.
    Link(LinkAct),
    /// It did something about one of its professionals.
    Account(AccountAct),
    /// It did something about a key of its API.
    Token(TokenAct),
    /// It described itself.
    Card(Box<Card>),
    /// It took in places that somebody else describes.
    Places {
        /// Who describes them, and when.
        source: String,
        /// The places.
        places: Vec<ImportedPlace>,
    },
    /// It obtained the key of an event that it held without, or gave it up.
    Keyed {
        /// Which event.
        event: EventId,
        /// The key, wrapped; empty if it was given up.
        wrapped: Vec<u8>,
    },
    /// It heard what such an event says.
    Heard {
        /// Which event.
        event: EventId,
        /// Who said it.
        from: NodeId,
        /// What it says.
        word: Box<Skeleton>,
    },
    /// It destroyed what it still read of referrals that are erased: the keys of their quarters.
    Faded {
        /// Which referrals.
        referrals: Vec<ReferralId>,
    },
    /// It answered a peer about the channel, and nothing else.
    Told {
        /// What is to be told.
        outgoing: Vec<Outgoing>,
    },
    /// It kept the text of a form that is not finished, in the content.
    Draft {
        /// Which form.
        draft: UnitId,
        /// Whose.
        by: ProfessionalId,
        /// When. Older versions did not say.
        #[serde(default)]
        at: Timestamp,
        /// The referral that it speaks of, if it is about somebody we know: it goes with her.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<ReferralId>,
        /// Whether it is sent or thrown away.
        done: bool,
    },
    /// It kept what she lets it know of her, in the content: under a unit of its own, so that one
    /// item can go and the rest stay.
    Kept {
        /// In which referral.
        referral: ReferralId,
    },
    /// One of its professionals wrote a note for their own team, in the content: under a unit of its
    /// own.
    Noted {
        /// About which referral.
        referral: ReferralId,
        /// Who.
        by: ProfessionalId,
        /// When.
        at: Timestamp,
        /// The one-time key of the form or of the request.
        once: [u8; 16],
    },
    /// One of its professionals gave a referral to a colleague, who follows it from then on.
    Handed {
        /// Which.
        referral: ReferralId,
        /// To whom.
        to: ProfessionalId,
        /// Who.
        by: ProfessionalId,
        /// When.
        at: Timestamp,
    },
    /// It told its team that something is late. It moves nothing.
    Reminded {
        /// In which referral.
        referral: ReferralId,
        /// What was told.
        what: Reminder,
        /// Since when it is so.
        since: Timestamp,
        /// When it was told.
        at: Timestamp,
        /// Who is to hear it. Older versions told everybody alike.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<ProfessionalId>,
    },
    /// The mail server took a mail for one of its professionals, or refused it for good.
    Mailed {
        /// For whom.
        to: ProfessionalId,
        /// What it says.
        notice: Notice,
        /// Whether it was refused.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
        /// When.
        at: Timestamp,
    },
    /// It told whoever coordinates that a conference comes to no end, or that it has.
    Stuck {
        /// Of which referral.
        referral: ReferralId,
        /// Which round.
        round: u8,
        /// The name under which it was told.
        conference: [u8; 16],
        /// Whether it has come to an end.
        settled: bool,
        /// What is to be told.
        outgoing: Vec<Outgoing>,
    },
    /// One of its professionals opened what identifies in a referral, or found it by her name.
    Opened {
        /// Which.
        referral: ReferralId,
        /// Who.
        by: ProfessionalId,
        /// When.
        at: Timestamp,
        /// Why, if they read no content but for a reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<AccessReason>,
        /// Whether they read no more than her name, in what a search found.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        found: bool,
    },
    /// Somebody who reads no content asked to open a referral.
    AccessAsked {
        /// Which.
        referral: ReferralId,
        /// Who.
        by: ProfessionalId,
        /// Why.
        why: AccessReason,
        /// When.
        at: Timestamp,
    },
    /// Somebody else agreed.
    AccessGranted {
        /// To which referral.
        referral: ReferralId,
        /// Who may open it.
        to: ProfessionalId,
        /// When they asked.
        asked: Timestamp,
        /// Who agreed.
        by: ProfessionalId,
        /// When.
        at: Timestamp,
    },
    /// It was refused, given up, or closed before its time.
    AccessEnded {
        /// To which referral.
        referral: ReferralId,
        /// Who asked.
        to: ProfessionalId,
        /// When they asked.
        asked: Timestamp,
        /// Who ended it.
        by: ProfessionalId,
        /// When.
        at: Timestamp,
    },
    /// It said something of a need that it answers for.
    Need {
        /// Which.
        need: NeedId,
        /// When.
        at: Timestamp,
        /// Who, if it was not the node itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<ProfessionalId>,
        /// What.
        event: NeedEvent,
    },
    /// It was restored from a backup, and asked its peers what they hold.
    Restored {
        /// When.
        at: Timestamp,
    },
    /// It made a key that takes the place of another.
    KeyMade {
        /// For which use.
        key_use: String,
    },
}

impl Act {
    /// Says that a key was made.
    #[must_use]
    pub fn key_made(key_use: KeyUse) -> Self {
        Self::KeyMade { key_use: key_use.name().to_owned() }
    }

    /// Returns how long it is readable.
    #[must_use]
    pub fn shelf(&self) -> Shelf {
        match self {
            Self::Said(said) => Shelf::Referral(said.referral),
            Self::Kept { referral }
            | Self::Noted { referral, .. }
            | Self::Handed { referral, .. }
            | Self::Reminded { referral, .. }
            | Self::Stuck { referral, .. } => Shelf::Referral(*referral),
            Self::Mailed { notice, .. } => notice.referral().map_or(Shelf::Now, Shelf::Referral),
            Self::Heard { word, .. } => word.thread.referral.map_or(Shelf::Now, Shelf::Referral),
            Self::Need { need, .. } => Shelf::Need(*need),
            Self::Opened { .. }
            | Self::AccessAsked { .. }
            | Self::AccessGranted { .. }
            | Self::AccessEnded { .. } => Shelf::Trail,
            Self::Draft { .. } | Self::Faded { .. } => Shelf::Now,
            Self::Link(_)
            | Self::Account(_)
            | Self::Token(_)
            | Self::Card(_)
            | Self::Places { .. }
            | Self::Keyed { .. }
            | Self::Told { .. }
            | Self::Restored { .. }
            | Self::KeyMade { .. } => Shelf::Lasting,
        }
    }

    /// Returns what this act has to tell peers.
    #[must_use]
    pub fn outgoing(&self) -> &[Outgoing] {
        match self {
            Self::Said(said) => &said.outgoing,
            Self::Link(LinkAct::Approved { outgoing, .. }) => outgoing,
            Self::Told { outgoing } | Self::Stuck { outgoing, .. } => outgoing,
            Self::Link(_)
            | Self::Account(_)
            | Self::Token(_)
            | Self::Card(_)
            | Self::Places { .. }
            | Self::Keyed { .. }
            | Self::Heard { .. }
            | Self::Faded { .. }
            | Self::Draft { .. }
            | Self::Kept { .. }
            | Self::Noted { .. }
            | Self::Handed { .. }
            | Self::Reminded { .. }
            | Self::Mailed { .. }
            | Self::Opened { .. }
            | Self::AccessAsked { .. }
            | Self::AccessGranted { .. }
            | Self::AccessEnded { .. }
            | Self::Restored { .. }
            | Self::Need { .. }
            | Self::KeyMade { .. } => &[],
        }
    }
}

/// How long an act is readable: under which key (consent.md §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Who read what: a year after the quarter.
    Trail,
    /// With the others of this referral: they go together.
    Referral(ReferralId),
    /// With the first referral that this need caused.
    Need(NeedId),
    /// With the referrals that begin now.
    Now,
    /// As long as the node.
    Lasting,
}

/// What a node said about a referral: its own words, or those of the person in front of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    /// Which referral.
    pub referral: ReferralId,
    /// The other organization.
    pub peer: NodeId,
    /// Which half is ours.
    pub side: Author,
    /// The unit under which everything that identifies is sealed.
    pub unit: UnitId,
    /// The words, in their order.
    pub words: Vec<Skeleton>,
    /// Who acted, if it was not the node itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ProfessionalId>,
    /// What is to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outgoing: Vec<Outgoing>,
    /// The need that this opens, if it is the first attempt to meet it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Box<NeedFacts>>,
    /// The hash by which her personal code is found, if one was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<[u8; 32]>,
    /// The one-time key of the form or of the request, so that a second one finds the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<[u8; 16]>,
    /// Whether it was said before a backup was restored, and came back from whoever was told: it is
    /// older than its place in the journal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// Something to be told to a peer. It has no place yet: it is signed when the peer said what it
/// holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Outgoing {
    /// Sealed for the peer. The plaintext is in the content of the act.
    Sealed {
        /// For whom.
        to: NodeId,
        /// Whether it is a consent: kept as evidence, not with the referral.
        consent: bool,
        /// When both sides must have shredded it.
        expires: Timestamp,
        /// Which plaintext of the content.
        part: u16,
    },
    /// In clear, without personal data.
    Clear {
        /// For whom.
        to: NodeId,
        /// Whether it is about the channel, or public content.
        control: bool,
        /// The body.
        body: String,
    },
}

impl Outgoing {
    /// Returns for whom it is.
    #[must_use]
    pub const fn to(&self) -> NodeId {
        match self {
            Self::Sealed { to, .. } | Self::Clear { to, .. } => *to,
        }
    }

    /// Returns what it says about the channel, if that is what it does.
    #[must_use]
    pub fn control(&self) -> Option<Control> {
        let Self::Clear { control: true, body, .. } = self else { return None };
        encoding::from_base64url(body).ok().and_then(|body| Control::read(&body).ok())
    }

    /// Tells whether it starts the channel again.
    #[must_use]
    pub fn opens_epoch(&self) -> bool {
        matches!(self.control(), Some(Control::EpochOpen { .. }))
    }

    /// Returns the kind of the event that will carry it.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Sealed { consent: true, .. } => EventKind::Consent,
            Self::Sealed { consent: false, .. } => EventKind::Referral,
            Self::Clear { control: true, .. } => EventKind::Control,
            Self::Clear { control: false, .. } => EventKind::Directory,
        }
    }
}

/// What is done about a link with another node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "l", rename_all = "snake_case")]
pub enum LinkAct {
    /// An invitation was made. Its secret is in the vault.
    Invited {
        /// Its random name.
        invitation: [u8; 16],
        /// When it stops being valid.
        expires: Timestamp,
    },
    /// An invitation was tried too often, or taken back.
    Burned {
        /// Its random name.
        invitation: [u8; 16],
    },
    /// Both nodes proved that they know the invitation. Two humans compare the code.
    Asked {
        /// The other node.
        peer: NodeId,
        /// Our part.
        role: LinkRole,
        /// Where it is.
        url: String,
        /// Six digits.
        code: String,
        /// The invitation, if we made it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invitation: Option<[u8; 16]>,
    },
    /// Our administrator approved.
    Approved {
        /// The other node.
        peer: NodeId,
        /// Who approved, if it was somebody with an account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<ProfessionalId>,
        /// What is to be told.
        outgoing: Vec<Outgoing>,
    },
    /// Our administrator suspended the link.
    Suspended {
        /// The other node.
        peer: NodeId,
    },
    /// Our administrator resumed it.
    Resumed {
        /// The other node.
        peer: NodeId,
    },
    /// Our administrator said whether it coordinates the territory.
    CoordinationSet {
        /// The other node.
        peer: NodeId,
        /// Whether it does.
        coordinates: bool,
    },
    /// Our administrator allowed a channel to start again in spite of a fork.
    EpochAllowed {
        /// The other node.
        peer: NodeId,
    },
}

/// Which part a node has in a linking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRole {
    /// It invited.
    Host,
    /// It came.
    Guest,
}

/// A place as somebody else describes it. Nobody of that place has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPlace {
    /// Its name at its source.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its commune.
    pub commune: String,
    /// Its postcode.
    pub postcode: String,
    /// Its address.
    pub address: String,
    /// Its telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// When it is open, as its source writes it (OSM syntax).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// When its source last looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
}
