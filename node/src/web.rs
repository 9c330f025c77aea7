//! Stub.
use actix_web::web::ServiceConfig;
/// x
pub fn routes(_: &mut ServiceConfig) {}
/// x
pub struct WebSettings {
    /// x
    pub public_url: String,
    /// x
    pub secure_cookies: bool,
}
/// x
#[derive(Default)]
pub struct SignInLimits;
/// x
pub trait Joins: Send + Sync {}
impl Joins for crate::federation::Joiner {}
