//! JSON for the structure's own programs, under `/api/v1`.
//!
//! A program shows a key that `maillage user token` made, and acts in the name of that account; or
//! the person herself gives the code of her receipt, and nothing else. No program opens a referral by
//! exception: that is for two people, on a screen.
//! A POST may carry `Idempotency-Key`: the same key again finds the first answer. What is wrong
//! is said as a problem (RFC 9457) that names the field, and repeats nothing of what was sent. The
//! description for machines is at [`OPENAPI`].
//!
//! The server gives `App`, `CodeTries` and `dyn Calls` as `web::Data`.

mod caller;
mod commands;
mod need;
mod notes;
mod partners;
mod person;
mod problem;
mod reading;
mod receipts;
mod register;
mod renewals;
mod requests;
mod team;
mod withdrawals;
#[cfg(test)]
mod tests;

use actix_web::dev::ResourceDef;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

pub use problem::ApiProblem;

/// Where the description for machines is.
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// The description for machines, kept true by a test.
const DESCRIPTION: &str = include_str!("api/openapi.json");

/// Every route: its method, its path, and whether it needs a key.
pub const ROUTES: &[(&str, &str, bool)] = &[
    ("get", "/api/v1/openapi.json", false),
    ("get", "/api/v1/me", true),
    ("get", "/api/v1/worklist", true),
    ("post", "/api/v1/search", true),
    ("get", "/api/v1/directory", true),
    ("get", "/api/v1/team", true),
    ("get", "/api/v1/partners", true),
    ("post", "/api/v1/partners", true),
    ("post", "/api/v1/partners/join", true),
    ("post", "/api/v1/partners/{node}/approve", true),
    ("post", "/api/v1/partners/{node}/suspend", true),
    ("post", "/api/v1/partners/{node}/resume", true),
    ("post", "/api/v1/referrals", true),
    ("get", "/api/v1/referrals/{id}", true),
    ("post", "/api/v1/referrals/{id}/commands", true),
    ("post", "/api/v1/referrals/{id}/need", true),
    ("post", "/api/v1/referrals/{id}/follower", true),
    ("post", "/api/v1/referrals/{id}/renewals", true),
    ("post", "/api/v1/referrals/{id}/notes", true),
    ("delete", "/api/v1/referrals/{id}/notes/{note}", true),
    ("post", "/api/v1/withdrawals", true),
    ("post", "/api/v1/receipts", true),
    ("get", "/api/v1/register", true),
    ("post", "/api/v1/person", false),
    ("post", "/api/v1/person/openings", false),
    ("post", "/api/v1/person/answer", false),
    ("post", "/api/v1/person/withdrawal", false),
];

/// Bytes of the largest request.
const LARGEST: usize = 256 * 1024;

/// Gives every route to actix.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/api/v1")
            .app_data(web::PayloadConfig::new(LARGEST))
            .app_data(web::PathConfig::default().error_handler(|_, _| ApiProblem::NotFound.into()))
            .route("/openapi.json", web::get().to(description))
            .route("/me", web::get().to(reading::me))
            .route("/worklist", web::get().to(reading::worklist))
            .route("/search", web::post().to(reading::search))
            .route("/directory", web::get().to(reading::directory))
            .route("/team", web::get().to(team::list))
            .route("/partners", web::get().to(partners::list))
            .route("/partners", web::post().to(partners::invite))
            .route("/partners/join", web::post().to(partners::join))
            .route("/partners/{node}/approve", web::post().to(partners::approve))
            .route("/partners/{node}/suspend", web::post().to(partners::suspend))
            .route("/partners/{node}/resume", web::post().to(partners::resume))
            .route("/referrals", web::post().to(requests::propose))
            .route("/referrals/{id}", web::get().to(reading::referral))
            .route("/referrals/{id}/commands", web::post().to(commands::say))
            .route("/referrals/{id}/need", web::post().to(need::close))
            .route("/referrals/{id}/follower", web::post().to(team::give))
            .route("/referrals/{id}/renewals", web::post().to(renewals::renew))
            .route("/referrals/{id}/notes", web::post().to(notes::write))
            .route("/referrals/{id}/notes/{note}", web::delete().to(notes::destroy))
            .route("/withdrawals", web::post().to(withdrawals::stop))
            .route("/receipts", web::post().to(receipts::check))
            .route("/register", web::get().to(register::read))
            .route("/person", web::post().to(person::read))
            .route("/person/openings", web::post().to(person::openings))
            .route("/person/answer", web::post().to(person::answer))
            .route("/person/withdrawal", web::post().to(person::withdraw))
            .default_service(web::to(nowhere)),
    );
}

async fn description() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DESCRIPTION)
}

/// Answers where there is no route, or none for this method.
async fn nowhere(request: HttpRequest) -> Result<HttpResponse, ApiProblem> {
    let here = |path: &str| ResourceDef::new(path).is_match(request.path());
    let methods = ROUTES.iter().filter(|(_, path, _)| here(path));
    let allowed: Vec<_> = methods.map(|(method, _, _)| method.to_uppercase()).collect();
    Err(match allowed.is_empty() {
        true => ApiProblem::NotFound,
        false => ApiProblem::WrongMethod(allowed.join(", ")),
    })
}
