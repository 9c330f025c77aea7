//! `/registre`: for whoever watches over the protection of data. Who opened what, what was erased,
//! and what the rules of retention are about to destroy. References only.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::aside;
use super::errors::PageError;
use super::filters;
use super::layout::{Frame, Room, page};
use super::story::{OpeningView, called};
use crate::app::authority::Auditor;
use crate::app::{ErasureLine, ExceptionalAccess, LinkLine, Ordered, RefusalLine, ShortCode};
use crate::text::{Clock, Coded, Moment, numbered};

/// How many openings the page shows.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    /// What was typed in the search, if it is a reference or not.
    typed: String,
    /// Whether it is not one.
    lost: bool,
    openings: Vec<(String, OpeningView)>,
    /// Whether there are more than the page shows.
    more: bool,
    accesses: Vec<AccessView>,
    links: Vec<LinkView>,
    erasures: Vec<ErasureView>,
    refusals: Vec<RefusalView>,
    retention: Vec<(String, u64)>,
}

/// An access that was asked for, in words.
pub(super) struct AccessView {
    /// The referral.
    pub(super) reference: String,
    /// Who asked.
    pub(super) name: String,
    /// Why.
    pub(super) why: String,
    /// When.
    pub(super) asked: Moment,
    /// Who agreed.
    pub(super) granted_by: String,
    /// Until when it is or was open, if somebody agreed.
    pub(super) until: Option<Moment>,
    /// Whether it is open.
    pub(super) open: bool,
    /// Whether somebody may still agree.
    pub(super) waits: bool,
    /// Who asked and when, for the form.
    pub(super) by: String,
    pub(super) at: u64,
    /// Whether it is whoever reads.
    pub(super) mine: bool,
}

impl AccessView {
    /// Says an access, for whoever reads it now.
    pub(super) fn of(access: &ExceptionalAccess, mine: bool, clock: Clock) -> Self {
        Self {
            reference: access.code.to_string(),
            name: access.name.reveal().clone(),
            why: access.why.label(),
            asked: clock.moment(access.asked),
            granted_by: access
                .granted_by
                .as_ref()
                .map(|by| by.reveal().clone())
                .unwrap_or_default(),
            at: access.asked.0,
            until: access.until.map(|until| clock.moment(until)),
            open: access.open,
            waits: access.waits,
            by: access.by.to_string(),
            mine,
        }
    }
}

/// A link by which a password was chosen, in words.
pub(super) struct LinkView {
    /// For whom.
    pub(super) name: String,
    /// Who made it.
    pub(super) by: String,
    /// When.
    pub(super) at: Moment,
}

impl LinkView {
    /// Says a link, for whoever reads it now.
    pub(super) fn of(line: &LinkLine, clock: Clock) -> Self {
        Self { name: called(&line.name), by: called(&line.by), at: clock.moment(line.at) }
    }
}

/// An order to erase, in words.
struct ErasureView {
    /// The other structure; nothing, if nothing had left.
    name: Option<String>,
    ours: bool,
    references: String,
    at: Moment,
    attested: Option<Moment>,
    late: bool,
}

impl ErasureView {
    fn of(line: &ErasureLine, clock: Clock) -> Self {
        Self {
            name: (line.order != Ordered::Here).then(|| line.name.clone()),
            ours: line.order == Ordered::ByUs,
            references: line.codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            at: clock.moment(line.at),
            attested: line.attested.map(|at| clock.moment(at)),
            late: line.is_late(clock.now()),
        }
    }
}

/// Something that was refused, in words.
struct RefusalView {
    /// The other structure.
    name: String,
    /// Whether it was refused here.
    here: bool,
    at: Option<Moment>,
}

/// What is searched.
#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    reference: String,
}

/// Shows the register.
pub(super) async fn show(
    auditor: Auditor,
    frame: Frame,
    asked: web::Query<Search>,
) -> Result<HttpResponse, PageError> {
    let (frame, typed) = (frame.in_room(Room::Register), asked.into_inner().reference);
    let of = typed.trim().parse::<ShortCode>().ok();
    let lost = !typed.trim().is_empty() && of.is_none();
    let (mut trail, accesses, links, (erasures, refusals), retention) = aside(move || {
        let trail = if lost { Vec::new() } else { auditor.trail(of, SHOWN + 1) };
        let (accesses, links) = (auditor.accesses(), auditor.links_made());
        let erasures = (auditor.erasures(), auditor.refusals()?);
        Ok::<_, PageError>((trail, accesses, links, erasures, auditor.retention()?))
    })
    .await?;
    let more = trail.len() > SHOWN;
    trail.truncate(SHOWN);
    let clock = frame.clock;
    page(&RegisterPage {
        openings: trail
            .iter()
            .map(|(code, opening)| (code.to_string(), OpeningView::of(opening, clock)))
            .collect(),
        accesses: accesses.iter().map(|access| AccessView::of(access, false, clock)).collect(),
        links: links.iter().map(|link| LinkView::of(link, clock)).collect(),
        erasures: erasures.iter().map(|line| ErasureView::of(line, clock)).collect(),
        refusals: refusals
            .into_iter()
            .map(|RefusalLine { name, here, at }| RefusalView {
                name,
                here,
                at: at.map(|at| clock.moment(at)),
            })
            .collect(),
        retention: retention.iter().map(|(rule, count)| (numbered(*rule), *count)).collect(),
        more,
        typed,
        lost,
        frame,
    })
}
