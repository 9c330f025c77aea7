//! `/plan`: every room that whoever reads it may enter, in one list.

use actix_web::HttpResponse;
use askama::Template;

use super::Visitor;
use super::errors::PageError;
use super::filters;
use super::layout::{Frame, page};

#[derive(Template)]
#[template(path = "plan.html")]
struct PlanPage {
    frame: Frame,
}

/// Lists the rooms.
pub(super) async fn show(_: Visitor, frame: Frame) -> Result<HttpResponse, PageError> {
    page(&PlanPage { frame })
}
