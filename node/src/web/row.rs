//! One referral in a line: whose turn it is, and until when.

use maillage_protocol::referral::{Author, Status, Turn};
use maillage_protocol::time::Timestamp;

use crate::app::{Delivery, WorklistRow};
use crate::text::{Clock, Coded, Moment, Text, say, say_with};

/// One referral in a list, or at the top of its own page.
pub(super) struct RowView {
    /// Its reference.
    pub(super) reference: String,
    /// Her first name, if we may know it.
    pub(super) first_name: Option<String>,
    /// What she needs.
    pub(super) need: String,
    /// The other organization.
    pub(super) other: String,
    /// The word for it.
    pub(super) status: String,
    /// Whose turn it is.
    pub(super) turn: Option<TurnView>,
    /// What is late, and what may be done about it.
    pub(super) reminder: Option<String>,
    /// Whom that was sent to by mail, and who is to be told in person.
    pub(super) told: Vec<String>,
    /// That she wants no more to be told, if she does.
    pub(super) unshared: Option<Text>,
    /// Whether the last thing that we said has arrived.
    pub(super) delivery: Option<Text>,
    /// Whether a right may be lost.
    pub(super) urgent: bool,
    /// Where to act.
    pub(super) page: String,
    /// Whether it waits to be opened here.
    pub(super) unopened: bool,
    /// Whether it was refused here, and is to be looked at again.
    pub(super) again: bool,
}

/// Whose turn it is.
pub(super) struct TurnView {
    /// Who must do what.
    pub(super) words: String,
    /// Before when.
    pub(super) due: Moment,
    /// The same, in words.
    pub(super) before: String,
    /// Whether it is us.
    pub(super) mine: bool,
}

/// Names the other organization, unless she wants it never said who sent her.
pub(super) fn other(row: &WorklistRow) -> String {
    row.other.clone().unwrap_or_else(|| say("reseau-partenaire"))
}

impl RowView {
    /// Says a row, for whoever reads it now.
    pub(super) fn of(row: &WorklistRow, clock: Clock) -> Self {
        let reference = row.code.to_string();
        let asked_of_us = row.side == Author::Receiver && is_asked(row.status);
        let room = if asked_of_us { "demandes" } else { "parcours" };
        Self {
            page: format!("/{room}/{reference}"),
            first_name: row.first_name.as_ref().map(|name| name.reveal().clone()),
            need: row.need.label(),
            other: other(row),
            status: row.status.label(),
            turn: match row.choose {
                Some(due) if row.mine => {
                    Some(TurnView::until(say("tour-choisir"), due, true, clock))
                }
                Some(due) => Some(TurnView::until(say("tour-ailleurs"), due, false, clock)),
                None if row.unshared && row.side == Author::Sender => None,
                None => row.turn.map(|turn| TurnView::of(turn, row, clock)),
            },
            reminder: row.reminder.map(Coded::label),
            told: told(row),
            unshared: row.unshared.then_some(match row.side {
                Author::Sender => Text("suivi-tu"),
                Author::Receiver | Author::Person => Text("suivi-garde"),
            }),
            delivery: on_its_way(row.delivery),
            urgent: row.urgent,
            unopened: row.unopened,
            again: row.unopened && row.status == Status::Seen,
            reference,
        }
    }
}

/// Says whom a mail told that something is late, and who is to be told in person.
fn told(row: &WorklistRow) -> Vec<String> {
    let names = |mailed| {
        let told = row.told.iter().filter(|colleague| colleague.mailed == mailed);
        let names = told.map(|colleague| {
            let name = colleague.name.reveal();
            colleague.duty.map_or(name.clone(), |duty| format!("{name} ({})", duty.label()))
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let (by_mail, in_person) = (names(true), names(false));
    let mut words = Vec::new();
    words.extend(row.told_reader.then(|| say("relance-pour-vous")));
    if !by_mail.is_empty() {
        words.push(say_with("relance-envoyee", [("qui", by_mail.into())]));
    }
    if !in_person.is_empty() {
        words.push(say_with("relance-a-dire", [("qui", in_person.into())]));
    }
    words
}

/// Tells whether the receiver still has to say yes or no.
pub(super) const fn is_asked(status: Status) -> bool {
    match status {
        Status::Proposed
        | Status::Delivered
        | Status::Seen
        | Status::Questioned
        | Status::Expired => true,
        Status::Draft
        | Status::Accepted
        | Status::Waitlisted
        | Status::Scheduled
        | Status::Missed
        | Status::Underway
        | Status::ReferringOn
        | Status::CaseConference
        | Status::CancellationRequested
        | Status::Concluded
        | Status::Closed
        | Status::Declined
        | Status::ReferredOn
        | Status::Cancelled
        | Status::Withdrawn
        | Status::Mistaken
        | Status::Erased => false,
    }
}

impl TurnView {
    fn of(turn: Turn, row: &WorklistRow, clock: Clock) -> Self {
        let act = turn.act.label();
        let words = match turn.holder {
            Author::Person if row.mine => say("tour-lui-demander"),
            Author::Person => say_with("tour-a-elle", [("acte", act.into())]),
            Author::Sender | Author::Receiver if row.mine => {
                say_with("tour-a-vous", [("acte", act.into())])
            }
            Author::Sender | Author::Receiver => {
                let words = [("acte", act.into()), ("structure", other(row).into())];
                say_with("tour-a-autre", words)
            }
        };
        Self::until(words, turn.due, row.mine, clock)
    }

    fn until(words: String, due: Timestamp, mine: bool, clock: Clock) -> Self {
        let due = clock.moment(due);
        let when = [("quand", due.words.as_str().into())];
        let before = match due.past {
            true => say_with("tour-retard", when),
            false => say_with("tour-avant", when),
        };
        Self { words, due, before, mine }
    }
}

/// Says that something has not arrived. The status says the rest.
fn on_its_way(state: Delivery) -> Option<Text> {
    delivery(state).filter(|_| state != Delivery::Delivered)
}

/// Says whether something has arrived.
pub(super) const fn delivery(delivery: Delivery) -> Option<Text> {
    match delivery {
        Delivery::Local => None,
        Delivery::Waiting => Some(Text("remise-attente")),
        Delivery::Sent => Some(Text("remise-envoyee")),
        Delivery::Delivered => Some(Text("remise-faite")),
    }
}
