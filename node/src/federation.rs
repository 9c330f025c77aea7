//! Every route of the protocol, and the calls to peers.
//!
//! ```text
//!   peer ──HTTP──▶ signature ──▶ inbox, link, erase ──▶ App
//!   App ──journal──▶ driver (one task for each peer) ──▶ client ──HTTP──▶ peer
//! ```

mod address;
mod client;
mod doors;
mod driver;
mod erase;
mod errors;
mod inbox;
mod calls;
mod join;
mod link;
mod signature;
mod trail;

use actix_web::web::{self, ServiceConfig};
use maillage_protocol::transport::{BASE, WELL_KNOWN};

pub use address::{AddressPolicy, NotAPeerUrl, PeerUrl};
pub use calls::Calling;
pub use client::{Answer, CallError, Client, Parties};
pub use doors::{Doors, Quotas, TIDY_EVERY};
pub use driver::{DriverSettings, Drivers};
pub use join::{JoinError, join};

/// Gives every route of the protocol to actix. `doors` is what they all need.
pub fn routes(config: &mut ServiceConfig, doors: &web::Data<Doors>) {
    config.app_data(doors.clone());
    config.route(WELL_KNOWN, web::get().to(link::well_known));
    config.service(
        web::scope(BASE)
            .route("/health", web::get().to(link::health))
            .route("/identity", web::get().to(link::identity))
            .route("/identity", web::post().to(link::introduce))
            .route("/link", web::post().to(link::link))
            .route("/public", web::get().to(inbox::public))
            .route("/events", web::post().to(inbox::push))
            .route("/events", web::get().to(inbox::pull))
            .route("/head", web::get().to(inbox::head))
            .route("/mine", web::get().to(inbox::mine))
            .route("/keybox", web::post().to(inbox::keybox))
            .route("/receipts", web::post().to(inbox::receipts))
            .route("/erase", web::post().to(erase::order))
            .route("/erase", web::get().to(erase::pending))
            .route("/withdrawal", web::post().to(erase::withdrawal))
            .route("/trail", web::post().to(trail::trail))
            .route("/checkpoint", web::get().to(link::not_yet))
            .route("/tile/{rest:.*}", web::get().to(link::not_yet))
            .route("/witness/add-checkpoint", web::post().to(link::not_yet))
            .default_service(web::to(link::not_yet)),
    );
}
