//! T3–T7 `/orienter/…`: refer somebody, in four steps. Each step is kept sealed: nothing that was
//! typed is lost, and the address names the draft, never the person.
//!
//! ```text
//!   besoin ──▶ lieu ──▶ données ──▶ accord ──▶ récépissé
//!      └──────────┴─────────┴──────────┴── kept, offered again on the first page
//! ```

pub(super) mod again;
pub(super) mod need;
pub(super) mod place;
pub(super) mod disclosure;
pub(super) mod consent;
pub(super) mod receipt;
pub(super) mod renewal;

use actix_web::HttpResponse;
use maillage_protocol::codes::NeedCode;
use maillage_protocol::id::{ReferralId, UnitId};
use maillage_protocol::private::Private;
use serde::{Deserialize, Serialize};

use super::aside;
use super::errors::PageError;
use super::form::{Sent, Typed};
use super::layout::lead_to;
use crate::app::authority::{Member, Writer};
use crate::app::{DraftError, ShortCode};
use crate::text::{Coded, Reading, Text, say_with};

/// Something that is not finished, sealed for whoever began it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "quoi", rename_all = "snake_case")]
pub(super) enum Draft {
    /// A referral that is being written.
    Referral(Box<ReferralDraft>),
    /// A receipt that was not handed over yet.
    Receipt(Box<SentReferral>),
    /// An invitation that was not handed over yet.
    Invitation {
        /// The text of it.
        text: Private<String>,
    },
    /// A link by which a colleague chooses a password, not handed over yet.
    Arrival {
        /// What the colleague signs in with.
        login: Private<String>,
        /// How they are called.
        name: Private<String>,
        /// What the link holds.
        link: Private<String>,
    },
}

/// What was typed so far, step by step.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ReferralDraft {
    need: Typed,
    place: Typed,
    disclosure: Typed,
    consent: Typed,
    /// The attempt that this one comes after.
    after: Option<ReferralId>,
    /// Whether it is asked at the same time as that one.
    #[serde(default)]
    beside: bool,
}

/// A referral whose receipt waits to be handed over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SentReferral {
    referral: ReferralId,
    /// Her code. It is shown while the draft stands, and nowhere else.
    code: Option<Private<String>>,
    /// What the organization signs of her agreement, as it is printed.
    #[serde(default)]
    signed: Option<String>,
    /// The words that were shown or read to her.
    #[serde(default)]
    reading: Option<Reading>,
}

/// A draft, in a line of the first page.
pub(super) struct DraftLine {
    /// What it is about.
    pub(super) words: String,
    /// Where to go on.
    pub(super) page: String,
    /// Its name for machines, if it can be thrown away from there.
    pub(super) draft: Option<String>,
}

impl Draft {
    /// Reads a draft of somebody.
    pub(super) fn read(member: &Member, draft: UnitId) -> Result<Self, PageError> {
        let kept = member.draft(draft)?.into_revealed();
        serde_json::from_value(kept).map_err(|_| PageError::NotFound)
    }

    /// Keeps a draft, in the place of another one or as a new one.
    pub(super) fn keep(self, member: &Member, draft: Option<UnitId>) -> Result<UnitId, PageError> {
        let about = match &self {
            Self::Referral(typed) => typed.after,
            Self::Receipt(sent) => Some(sent.referral),
            Self::Invitation { .. } | Self::Arrival { .. } => None,
        };
        let text = serde_json::to_value(self).map_err(|failure| PageError::failure(&failure))?;
        Ok(member.keep_draft(draft, about, &Private::from(text))?)
    }

    /// Returns what somebody has not finished. What no longer opens is left out.
    pub(super) fn unfinished(member: &Member) -> Result<Vec<DraftLine>, PageError> {
        let mut lines = Vec::new();
        for id in member.drafts() {
            match Self::read(member, id) {
                Ok(draft) => lines.push(draft.line(id)),
                Err(PageError::NotFound) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(lines)
    }

    fn line(&self, id: UnitId) -> DraftLine {
        match self {
            Self::Referral(typed) => {
                let need = typed.need.chosen::<NeedCode>("besoin").map(Coded::label);
                let words = need.unwrap_or_else(|| Text("accueil-brouillon").to_string());
                let page = format!("{}?brouillon={id}", typed.next_step());
                DraftLine { words, page, draft: Some(id.to_string()) }
            }
            Self::Receipt(sent) => DraftLine {
                words: say_with(
                    "accueil-recepisse",
                    [("reference", ShortCode::of(sent.referral).to_string().into())],
                ),
                page: format!("/orienter/recepisse/{id}"),
                draft: None,
            },
            Self::Invitation { .. } => DraftLine {
                words: Text("accueil-invitation").to_string(),
                page: format!("/partenaires/invitation/{id}"),
                draft: None,
            },
            Self::Arrival { name, .. } => DraftLine {
                words: say_with("accueil-arrivee", [("nom", name.reveal().as_str().into())]),
                page: format!("/equipe/lien/{id}"),
                draft: None,
            },
        }
    }
}

impl ReferralDraft {
    /// Returns the first step that is not done.
    fn next_step(&self) -> &'static str {
        if self.need.one("besoin").is_empty() {
            "/orienter/besoin"
        } else if self.place.one("lieu").is_empty() {
            "/orienter/lieu"
        } else if self.disclosure.one("moyen").is_empty() {
            "/orienter/donnees"
        } else {
            "/orienter/accord"
        }
    }
}

/// Which draft the address names.
#[derive(Deserialize)]
pub(super) struct Which {
    brouillon: Option<UnitId>,
}

/// The draft that a step goes on with.
struct Step {
    id: Option<UnitId>,
    typed: ReferralDraft,
}

impl Step {
    /// Opens the draft that the address names, or a new one.
    async fn open(writer: &Writer, which: &Which) -> Result<Self, PageError> {
        let Some(id) = which.brouillon else {
            return Ok(Self { id: None, typed: ReferralDraft::default() });
        };
        let writer = writer.clone();
        match aside(move || Draft::read(writer.member(), id)).await? {
            Draft::Referral(typed) => Ok(Self { id: Some(id), typed: *typed }),
            // It was sent: going back leads forward.
            Draft::Receipt(_) | Draft::Invitation { .. } | Draft::Arrival { .. } => {
                Err(PageError::NotFound)
            }
        }
    }

    /// Opens the draft of a step that is not the first.
    async fn go_on(writer: &Writer, which: &Which) -> Result<Self, PageError> {
        let step = Self::open(writer, which).await?;
        if step.id.is_some() { Ok(step) } else { Err(PageError::NotFound) }
    }

    /// Keeps what was typed.
    async fn keep(&self, writer: &Writer) -> Result<UnitId, PageError> {
        let (writer, id) = (writer.clone(), self.id);
        let draft = Draft::Referral(Box::new(self.typed.clone()));
        aside(move || draft.keep(writer.member(), id)).await
    }

    /// Returns the name of the draft, for the address of the next page.
    fn name(&self) -> String {
        self.id.map(|id| id.to_string()).unwrap_or_default()
    }
}

/// Leads to a step.
fn lead_to_step(step: &str, draft: UnitId) -> HttpResponse {
    lead_to(&format!("{step}?brouillon={draft}"))
}

/// Throws a draft away.
pub(super) async fn drop_draft(writer: Writer, sent: Sent) -> Result<HttpResponse, PageError> {
    let draft = sent.typed.one("brouillon").parse().map_err(|_| PageError::NotFound)?;
    let dropped = aside(move || {
        // Only a referral that is being written: a receipt is handed over first.
        match Draft::read(writer.member(), draft)? {
            Draft::Referral(_) => Ok::<_, PageError>(writer.member().drop_draft(draft)?),
            Draft::Receipt(_) | Draft::Invitation { .. } | Draft::Arrival { .. } => {
                Err(DraftError::Unknown.into())
            }
        }
    });
    dropped.await?;
    Ok(lead_to("/?fait=brouillon"))
}
