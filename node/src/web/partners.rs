//! A4 `/partenaires`: whom this node is linked with. An invitation goes from hand to hand, then
//! two people compare six digits over the telephone.

use actix_web::{HttpResponse, web};
use askama::Template;
use maillage_protocol::id::{NodeId, UnitId};

use super::errors::PageError;
use super::filters;
use super::form::{Mistakes, Sent};
use super::layout::{Frame, Room, lead_to, page, page_again};
use super::refer::{Draft, DraftLine};
use super::{aside, square};
use crate::app::authority::Admin;
use crate::app::{Alert, Calls, JoinFailure, LinkError, LinkState, PeerView, Trouble};
use crate::text::{Coded, Moment, Text};

#[derive(Template)]
#[template(path = "partners.html")]
struct PartnersPage {
    frame: Frame,
    partners: Vec<Partner>,
    /// Invitations that were not handed over yet.
    unfinished: Vec<DraftLine>,
    invitation: String,
    mistakes: Mistakes,
}

/// A node that this one is linked with, or about to be.
struct Partner {
    node: String,
    name: String,
    fingerprint: String,
    url: String,
    secrecy: Option<String>,
    pending: Option<String>,
    suspended: bool,
    coordinates: bool,
    last_contact: Option<Moment>,
    waiting: usize,
    trouble: Option<(Text, Option<Moment>)>,
}

impl Partner {
    fn of(peer: PeerView, frame: &Frame) -> Self {
        let card = peer.card.as_ref();
        Self {
            node: peer.node.to_string(),
            secrecy: card.map(|card| card.regime.label()),
            suspended: peer.state == LinkState::Suspended,
            coordinates: peer.coordinates,
            pending: match peer.state {
                LinkState::Pending { code, .. } => Some(code),
                LinkState::Active | LinkState::Suspended => None,
            },
            name: peer.name,
            fingerprint: peer.fingerprint,
            url: peer.url,
            last_contact: peer.last_contact.map(|at| frame.clock.moment(at)),
            waiting: peer.waiting,
            trouble: peer.trouble.map(|trouble| told(trouble, frame)),
        }
    }
}

fn told(trouble: Trouble, frame: &Frame) -> (Text, Option<Moment>) {
    match trouble {
        Trouble::Alert(Alert::Forked) => (Text("alerte-deux-histoires"), None),
        Trouble::Alert(Alert::CopyAlive) => (Text("alerte-copie"), None),
        Trouble::Alert(Alert::IdentityForked) => (Text("alerte-identite"), None),
        Trouble::Blocked => (Text("alerte-bloque"), None),
        Trouble::Refuses => (Text("alerte-refuse"), None),
        Trouble::Closed => (Text("alerte-cle"), None),
        Trouble::Silent(since) => (Text("alerte-silence"), Some(frame.clock.moment(since))),
    }
}

/// Shows the partners.
pub(super) async fn show(admin: Admin, frame: Frame) -> Result<HttpResponse, PageError> {
    page(&partners(admin, frame, String::new(), Mistakes::default()).await?)
}

async fn partners(
    admin: Admin,
    frame: Frame,
    invitation: String,
    mistakes: Mistakes,
) -> Result<PartnersPage, PageError> {
    let frame = frame.in_room(Room::Partners);
    let (peers, drafts) = aside(move || {
        let drafts = Draft::unfinished(admin.member())?;
        Ok::<_, PageError>((admin.partners(), drafts))
    })
    .await?;
    let partners = peers.into_iter().map(|peer| Partner::of(peer, &frame)).collect();
    let ours = |draft: &DraftLine| draft.page.starts_with("/partenaires/");
    let unfinished = drafts.into_iter().filter(ours).collect();
    Ok(PartnersPage { frame, partners, unfinished, invitation, mistakes })
}

/// Makes an invitation, and leads to where it can be handed over.
pub(super) async fn invite(admin: Admin, _: Sent) -> Result<HttpResponse, PageError> {
    let draft = aside(move || {
        let text = admin.invite()?.to_text().into();
        Draft::Invitation { text }.keep(admin.member(), None)
    })
    .await?;
    Ok(lead_to(&format!("/partenaires/invitation/{draft}")))
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    frame: Frame,
    text: String,
    /// A drawing of the text. Escaped by nobody: it holds squares and nothing else.
    drawing: String,
    draft: String,
}

/// Shows an invitation until it was handed over.
pub(super) async fn show_invitation(
    admin: Admin,
    frame: Frame,
    draft: web::Path<UnitId>,
) -> Result<HttpResponse, PageError> {
    let (frame, draft) = (frame.in_room(Room::Partners), draft.into_inner());
    let kept = aside(move || Draft::read(admin.member(), draft)).await?;
    let Draft::Invitation { text } = kept else { return Err(PageError::NotFound) };
    // Upper case makes it smaller.
    let (text, drawing) = (text.reveal().clone(), square::draw(&text.reveal().to_uppercase()));
    page(&InvitationPage { frame, drawing, text, draft: draft.to_string() })
}

/// Forgets the text of an invitation that was handed over.
pub(super) async fn hand_over(
    admin: Admin,
    draft: web::Path<UnitId>,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    aside(move || admin.member().drop_draft(draft.into_inner())).await?;
    Ok(lead_to("/partenaires?fait=invitation"))
}

/// Answers an invitation.
pub(super) async fn join(
    admin: Admin,
    calls: web::Data<dyn Calls>,
    frame: Frame,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let text = sent.typed.one("invitation");
    match admin.join(&**calls, text).await {
        Ok(_) => Ok(lead_to("/partenaires?fait=demande-lien")),
        Err(failure) => {
            let mut mistakes = Mistakes::default();
            mistakes.add("invitation", explain(failure)?);
            page_again(&partners(admin, frame, text.to_owned(), mistakes).await?)
        }
    }
}

fn explain(failure: JoinFailure) -> Result<Text, PageError> {
    Ok(match failure {
        JoinFailure::Unreadable => Text("partenaires-invitation-illisible"),
        JoinFailure::NoAnswer => Text("partenaires-sans-reponse"),
        JoinFailure::Link(LinkError::WrongIdentity) => Text("partenaires-autre-identite"),
        JoinFailure::Link(LinkError::WrongUrl) => Text("partenaires-adresse"),
        JoinFailure::Link(LinkError::Expired | LinkError::Burned) => Text("partenaires-perimee"),
        JoinFailure::Link(LinkError::WrongProof) => Text("partenaires-preuve"),
        JoinFailure::Link(LinkError::Ourselves) => Text("partenaires-nous-memes"),
        JoinFailure::Link(LinkError::NoLink) => Text("partenaires-sans-reponse"),
        JoinFailure::Link(LinkError::App(failure)) => return Err(failure.into()),
    })
}

/// Approves a link: the six digits are the same on both sides.
pub(super) async fn approve(
    admin: Admin,
    node: web::Path<NodeId>,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    aside(move || admin.approve(node.into_inner())).await?;
    Ok(lead_to("/partenaires?fait=lien"))
}

/// Suspends a link.
pub(super) async fn suspend(
    admin: Admin,
    node: web::Path<NodeId>,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    aside(move || admin.suspend(node.into_inner())).await?;
    Ok(lead_to("/partenaires?fait=suspendu"))
}

/// Resumes a link.
pub(super) async fn resume(
    admin: Admin,
    node: web::Path<NodeId>,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    aside(move || admin.resume(node.into_inner())).await?;
    Ok(lead_to("/partenaires?fait=repris"))
}

/// Says whether a partner coordinates the territory.
pub(super) async fn set_coordination(
    admin: Admin,
    node: web::Path<NodeId>,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let coordinates = sent.typed.one("coordination") == "oui";
    aside(move || admin.set_coordination(node.into_inner(), coordinates)).await?;
    Ok(lead_to("/partenaires?fait=coordination"))
}
