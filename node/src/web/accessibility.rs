//! `/accessibilite`: how far these pages can be used by everybody (RGAA 4.1.2), written from the
//! record of its 106 criteria, each looked at in a browser.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use maillage_protocol::calendar::Day;
use serde::Deserialize;

use super::errors::PageError;
use super::filters;
use super::layout::{Frame, page};
use super::{Visitor, session};
use crate::text::{Telephone, Text, say_with, typeset};

/// What was looked at, and what was found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    standard: String,
    source: String,
    licence: String,
    reviewed: Day,
    sample: Vec<Looked>,
    criteria: Vec<Criterion>,
}

/// A page of the sample.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Looked {
    page: String,
    path: String,
}

/// A criterion of the standard.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Criterion {
    id: String,
    verdict: Verdict,
    /// What was seen.
    note: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Verdict {
    /// It is met.
    #[serde(rename = "c")]
    Met,
    /// It is not met.
    #[serde(rename = "nc")]
    Missed,
    /// Nothing here is concerned.
    #[serde(rename = "na")]
    Idle,
}

static RECORD: LazyLock<Record> = LazyLock::new(|| {
    serde_json::from_str(include_str!("accessibility/record.json"))
        .expect("a test reads this record, which is in the binary")
});

impl Record {
    fn count(&self, verdict: Verdict) -> usize {
        self.criteria.iter().filter(|criterion| criterion.verdict == verdict).count()
    }

    /// Returns how many of a hundred criteria that apply are met, the rest of the division left out.
    fn rate(&self) -> usize {
        let (met, missed) = (self.count(Verdict::Met), self.count(Verdict::Missed));
        (met * 100).checked_div(met + missed).unwrap_or(0)
    }

    /// Says it in the three words of the decree (2019-768, article 5).
    fn standing(&self) -> Text {
        match self.rate() {
            100 => Text("accessibilite-totale"),
            50..100 => Text("accessibilite-partielle"),
            _ => Text("accessibilite-nulle"),
        }
    }
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage {
    frame: Frame,
    structure: String,
    telephone: Option<Telephone>,
    record: &'static Record,
    standing: String,
    figures: String,
    reviewed: String,
    missed: Vec<(&'static str, String)>,
}

/// Says how far these pages can be used by everybody.
pub(super) async fn show(
    _: Visitor,
    frame: Frame,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let app = session::app(&request);
    let telephone = app.card().and_then(|card| card.telephone);
    let record = &*RECORD;
    let missed = record.criteria.iter().filter(|it| it.verdict == Verdict::Missed);
    let figures = [
        ("oui", record.count(Verdict::Met).into()),
        ("non", record.count(Verdict::Missed).into()),
        ("sans", record.count(Verdict::Idle).into()),
        ("taux", record.rate().into()),
    ];
    page(&AccessibilityPage {
        reviewed: frame.clock.on_paper(record.reviewed).words,
        frame,
        structure: app.organization(),
        telephone: telephone.as_deref().map(Telephone::of),
        record,
        standing: record.standing().to_string(),
        figures: say_with("accessibilite-chiffres", figures),
        missed: missed.map(|it| (it.id.as_str(), typeset(&it.note))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many criteria each of the thirteen themes of RGAA 4.1.2 has.
    const CRITERIA: [usize; 13] = [9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12];

    #[test]
    fn the_record_judges_each_criterion_once_and_says_what_was_seen() {
        let themes = (1..).zip(CRITERIA);
        let ids = themes.flat_map(|(theme, last)| (1..=last).map(move |n| format!("{theme}.{n}")));
        let judged: Vec<_> = RECORD.criteria.iter().map(|criterion| criterion.id.clone()).collect();
        assert_eq!(judged, ids.collect::<Vec<_>>());
        for Criterion { id, note, .. } in &RECORD.criteria {
            assert!((10..=200).contains(&note.chars().count()), "{id}: {note}");
        }
    }

    #[test]
    fn what_is_said_follows_from_the_record() {
        let record = |met, missed| {
            let criterion = |verdict| Criterion { id: String::new(), verdict, note: String::new() };
            let met = (0..met).map(|_| criterion(Verdict::Met));
            let criteria = met.chain((0..missed).map(|_| criterion(Verdict::Missed))).collect();
            let empty = String::new;
            let (standard, source, licence) = (empty(), empty(), empty());
            let reviewed = "2026-03-02".parse().unwrap();
            Record { standard, source, licence, reviewed, sample: Vec::new(), criteria }
        };
        for (met, missed, rate, standing) in [
            (60, 0, 100, "accessibilite-totale"),
            (199, 1, 99, "accessibilite-partielle"),
            (1, 1, 50, "accessibilite-partielle"),
            (49, 51, 49, "accessibilite-nulle"),
            (0, 0, 0, "accessibilite-nulle"),
        ] {
            let record = record(met, missed);
            assert_eq!((record.rate(), record.standing().0), (rate, standing));
        }
    }
}
