//! `/donnees`: what this structure keeps of people, who reads it, how long, and what they may ask.
//! Written from the rules that are applied, never beside them (GDPR, article 13; consent.md §10).

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::errors::PageError;
use super::filters;
use super::layout::{Frame, page};
use super::{Visitor, session};
use crate::app::Rule;
use crate::text::{Coded, Telephone, kept_until};

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    frame: Frame,
    structure: String,
    telephone: Option<Telephone>,
    /// What is kept of her, and until when.
    hers: Vec<(String, String)>,
    /// What is kept of professionals.
    theirs: Vec<(String, String)>,
}

/// Says what is kept.
pub(super) async fn show(
    _: Visitor,
    frame: Frame,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let app = session::app(&request);
    let telephone = app.card().and_then(|card| card.telephone);
    let (theirs, hers) = Rule::ALL.iter().partition(|rule| rule.is_about_accounts());
    let lines = |rules: Vec<&Rule>| {
        rules.into_iter().map(|rule| (rule.label(), kept_until(*rule))).collect()
    };
    page(&KeptPage {
        structure: app.organization(),
        telephone: telephone.as_deref().map(Telephone::of),
        hers: lines(hers),
        theirs: lines(theirs),
        frame,
    })
}
