//! Stub.
use actix_web::web::ServiceConfig;
/// x
pub fn routes(_: &mut ServiceConfig) {}
