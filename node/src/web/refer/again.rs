//! Asking somebody else: what was typed for the attempt before is there already. Only what she
//! agreed to is asked again. What identifies is read where it is; a draft keeps it from the step at
//! which it is asked again, and goes with her when she withdraws.

use actix_web::HttpResponse;
use maillage_protocol::body::{Channel, Contact};
use maillage_protocol::id::{ServiceId, UnitId};
use maillage_protocol::referral::{Author, Event, NextStep, Proposal};

use super::{Draft, ReferralDraft, lead_to_step};
use crate::app::authority::{Member, Writer};
use crate::app::{PersonCard, Story};
use crate::text::Coded;
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::form::Typed;

/// Leads to a draft that goes on where a referral is: the one that they began, or a new one. If a place
/// is chosen already, it goes on after that.
pub(in crate::web) async fn lead_to_draft(
    writer: Writer,
    story: Story,
    place: Option<String>,
) -> Result<HttpResponse, PageError> {
    let step = if place.is_some() { "/orienter/donnees" } else { "/orienter/lieu" };
    let begun = aside(move || {
        let known = begun(writer.member(), &story)?;
        let (id, mut typed) =
            known.map_or_else(|| (None, draft(&story)), |(id, it)| (Some(id), it));
        match (id, place) {
            (Some(id), None) => Ok(id),
            (id, place) => {
                let place = place.map(|place| Typed::from(vec![field("lieu", &place)]));
                typed.place = place.unwrap_or_default();
                Draft::Referral(Box::new(typed)).keep(writer.member(), id)
            }
        }
    });
    Ok(lead_to_step(step, begun.await?))
}

fn draft(story: &Story) -> ReferralDraft {
    let proposal = story.proposal.as_ref();
    let disclosure = proposal.map(circumstances).unwrap_or_default();
    ReferralDraft {
        need: Typed::from(proposal.map(need_fields).unwrap_or_default()),
        disclosure: Typed::from(disclosure),
        after: Some(story.row.id),
        beside: story.beside,
        ..ReferralDraft::default()
    }
}

fn begun(member: &Member, story: &Story) -> Result<Option<(UnitId, ReferralDraft)>, PageError> {
    let goes_on = (Some(story.row.id), story.beside);
    for id in member.drafts() {
        match Draft::read(member, id) {
            Ok(Draft::Referral(typed)) if (typed.after, typed.beside) == goes_on => {
                return Ok(Some((id, *typed)));
            }
            Ok(_) | Err(PageError::NotFound) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

/// Fills in what was said of her for the attempt before, where nothing else was typed yet.
pub(super) fn filled(typed: &Typed, person: Option<PersonCard>) -> Typed {
    match person {
        Some(card) if typed.one("moyen").is_empty() => {
            typed.clone().and(Typed::from(contact_fields(card.contact)))
        }
        Some(_) | None => typed.clone(),
    }
}

/// Returns the services that whoever could not help has named.
pub(in crate::web) fn named_by(story: &Story) -> Vec<ServiceId> {
    let theirs = story.steps.iter().rev().filter(|step| step.by == Author::Receiver);
    let named = theirs.map(|step| &step.event).find_map(|event| match event {
        Event::Declined { next: NextStep::Alternative { services }, .. } => {
            Some(services.services().to_vec())
        }
        _ => None,
    });
    named.unwrap_or_default()
}

type Fields = Vec<(String, String)>;

fn need_fields(proposal: &Proposal) -> Fields {
    let mut fields = vec![field("besoin", proposal.code.code())];
    fields.extend(proposal.right.map(|right| field("droit", right.code())));
    fields.extend(proposal.deadline.map(|day| field("echeance", &day.to_string())));
    fields.extend(proposal.mode.map(|mode| field("modalite", mode.code())));
    fields.extend(coded("obstacle", &proposal.obstacles));
    fields.extend(coded("adaptation", &proposal.accommodations));
    fields
}

fn circumstances(proposal: &Proposal) -> Fields {
    let mut fields = Fields::new();
    fields.extend(coded("creneau", &proposal.schedule));
    fields.extend(coded("mobilite", &proposal.mobility));
    fields.extend(proposal.language.as_ref().map(|code| field("langue", &code.to_string())));
    fields
}

fn contact_fields(contact: Contact) -> Fields {
    let mut fields = Fields::new();
    fields.extend(contact.first_name.map(|name| field("prenom", name.reveal())));
    fields.extend(contact.channel.into_iter().flat_map(channel_fields));
    if let Some(safe) = contact.safe_contact {
        fields.extend(coded("prudence", &safe.reveal().rules));
        fields.extend(safe.reveal().hours.as_deref().map(|hours| field("heures", hours)));
    }
    fields.extend(contact.brings.into_iter().flat_map(|brings| coded("apporte", brings.reveal())));
    fields.extend(contact.practical_note.map(|note| field("note", note.reveal())));
    fields
}

fn channel_fields(channel: Channel) -> Fields {
    let way = |way| field("moyen", way);
    match channel {
        Channel::Phone { number } => vec![way("telephone"), field("telephone", number.reveal())],
        Channel::Email { address } => vec![way("mel"), field("mel", address.reveal())],
        Channel::Post { address } => vec![way("courrier"), field("adresse", address.reveal())],
        Channel::ViaSender => vec![way("par-nous")],
        Channel::ComesWithCode => vec![way("avec-code")],
    }
}

fn coded<'a, T: Coded + 'a>(name: &str, values: impl IntoIterator<Item = &'a T>) -> Fields {
    values.into_iter().map(|value| field(name, value.code())).collect()
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
