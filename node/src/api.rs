//! JSON for the structure's own programs, under `/api/v1`.
//!
//! A program shows a key that `maillage user token` made, and acts in the name of that account.
//! A POST may carry `Idempotency-Key`: the same key again finds the first answer. What is wrong
//! is said as a problem (RFC 9457) that names the field. The description for machines is at
//! [`OPENAPI`].

mod caller;
mod commands;
mod problem;
mod reading;
mod requests;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

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
    ("get", "/api/v1/directory", true),
    ("get", "/api/v1/partners", true),
    ("post", "/api/v1/referrals", true),
    ("get", "/api/v1/referrals/{id}", true),
    ("post", "/api/v1/referrals/{id}/commands", true),
];

/// Bytes of the largest request.
const LARGEST: usize = 256 * 1024;

/// Gives every route to actix.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/api/v1")
            .app_data(web::PayloadConfig::new(LARGEST))
            .route("/openapi.json", web::get().to(description))
            .route("/me", web::get().to(reading::me))
            .route("/worklist", web::get().to(reading::worklist))
            .route("/directory", web::get().to(reading::directory))
            .route("/partners", web::get().to(reading::partners))
            .route("/referrals", web::post().to(requests::propose))
            .route("/referrals/{id}", web::get().to(reading::referral))
            .route("/referrals/{id}/commands", web::post().to(commands::say))
            .default_service(web::to(nowhere)),
    );
}

async fn description() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DESCRIPTION)
}

async fn nowhere() -> Result<HttpResponse, ApiProblem> {
    Err(ApiProblem::NotFound)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_description_names_every_route_and_no_other() {
        let description: serde_json::Value = serde_json::from_str(DESCRIPTION).unwrap();
        assert_eq!(description["openapi"], "3.1.0");
        let mut described = BTreeSet::new();
        for (path, methods) in description["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if method == "parameters" {
                    continue;
                }
                let key =
                    operation.get("security").is_none_or(|needed| needed != &serde_json::json!([]));
                described.insert((method.clone(), path.clone(), key));
            }
        }
        let served = ROUTES
            .iter()
            .map(|(method, path, key)| ((*method).to_owned(), (*path).to_owned(), *key));
        assert_eq!(described, served.collect());
    }

    #[test]
    fn the_description_names_every_command() {
        let description: serde_json::Value = serde_json::from_str(DESCRIPTION).unwrap();
        let listed =
            &description["components"]["schemas"]["Command"]["properties"]["command"]["enum"];
        let listed: Vec<_> =
            listed.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(listed, commands::NAMES);
    }
}
