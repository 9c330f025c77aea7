//! The nodes that this one is linked with: how the links are, and making new ones.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use maillage_protocol::id::NodeId;
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use crate::app::authority::Admin;
use crate::app::{Calls, LinkState, PeerView, Trouble};

/// A node that this one is linked with, or about to be.
#[derive(Serialize)]
struct Partner {
    node: NodeId,
    name: String,
    fingerprint: String,
    url: String,
    state: &'static str,
    /// Six digits, while two humans have to compare them.
    code: Option<String>,
    waiting: usize,
    last_contact: Option<Timestamp>,
    /// What is wrong with the link.
    trouble: Option<&'static str>,
    /// Whether a human has to do something about it.
    alert: bool,
}

impl From<PeerView> for Partner {
    fn from(peer: PeerView) -> Self {
        let (state, code) = match peer.state {
            LinkState::Pending { code, .. } => ("pending", Some(code)),
            LinkState::Active => ("active", None),
            LinkState::Suspended => ("suspended", None),
        };
        Self {
            node: peer.node,
            name: peer.name,
            fingerprint: peer.fingerprint,
            url: peer.url,
            state,
            code,
            waiting: peer.waiting,
            last_contact: peer.last_contact,
            trouble: peer.trouble.map(Trouble::code),
            alert: peer.trouble.is_some_and(Trouble::needs_a_human),
        }
    }
}

/// `GET /partners`: how the links are.
pub(super) async fn list(Caller(admin): Caller<Admin>) -> Json<Value> {
    let partners: Vec<_> = admin.partners().into_iter().map(Partner::from).collect();
    Json(json!({ "partners": partners }))
}

/// Nothing to say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// `POST /partners`: makes an invitation, to be handed over by a human.
pub(super) async fn invite(
    Caller(admin): Caller<Admin>,
    _: Sent<Nothing>,
) -> Result<HttpResponse, ApiProblem> {
    let invitation = aside(move || admin.invite()).await?;
    let (text, expires) = (Private::from(invitation.to_text()), invitation.expires);
    Ok(HttpResponse::Created().json(json!({ "invitation": text, "expires": expires })))
}

/// An invitation that was received.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    invitation: Private<String>,
}

/// `POST /partners/join`: answers an invitation. The six digits are compared by two humans.
pub(super) async fn join(
    Caller(admin): Caller<Admin>,
    calls: Data<dyn Calls>,
    sent: Sent<Received>,
) -> Result<Json<Value>, ApiProblem> {
    let code = admin.join(&**calls, sent.said.invitation.reveal()).await?;
    Ok(Json(json!({ "code": code })))
}

/// `POST /partners/{node}/approve`: two humans compared the six digits.
pub(super) async fn approve(
    Caller(admin): Caller<Admin>,
    node: Path<NodeId>,
    _: Sent<Nothing>,
) -> Result<HttpResponse, ApiProblem> {
    aside(move || admin.approve(node.into_inner())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /partners/{node}/suspend`: nothing more passes but orders to erase.
pub(super) async fn suspend(
    Caller(admin): Caller<Admin>,
    node: Path<NodeId>,
    _: Sent<Nothing>,
) -> Result<HttpResponse, ApiProblem> {
    aside(move || admin.suspend(node.into_inner())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /partners/{node}/resume`: what waited passes again.
pub(super) async fn resume(
    Caller(admin): Caller<Admin>,
    node: Path<NodeId>,
    _: Sent<Nothing>,
) -> Result<HttpResponse, ApiProblem> {
    aside(move || admin.resume(node.into_inner())).await?;
    Ok(HttpResponse::NoContent().finish())
}
