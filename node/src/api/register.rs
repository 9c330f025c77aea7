//! `GET /register`: what whoever watches over the protection of data reads. References only.

use actix_web::web::Json;
use serde_json::{Value, json};

use super::caller::{Caller, aside};
use super::problem::ApiProblem;
use crate::app::authority::Auditor;
use crate::app::{
    ErasureLine, ExceptionalAccess, LinkLine, Opening, Ordered, RefusalLine, ShortCode,
};

/// How many openings are told, the last ones.
const TOLD: usize = 1_000;

pub(super) async fn read(Caller(auditor): Caller<Auditor>) -> Result<Json<Value>, ApiProblem> {
    let reader = auditor.clone();
    let (refusals, retention) =
        aside(move || Ok::<_, ApiProblem>((reader.refusals()?, reader.retention()?))).await?;
    let retention: Vec<_> = retention
        .into_iter()
        .map(|(rule, count)| json!({ "rule": rule.code(), "count": count }))
        .collect();
    let each = |lines: &mut dyn Iterator<Item = Value>| lines.collect::<Vec<_>>();
    Ok(Json(json!({
        "openings": each(&mut auditor.trail(None, TOLD).into_iter().map(opening)),
        "accesses": each(&mut auditor.accesses().into_iter().map(access)),
        "refusals": each(&mut refusals.into_iter().map(refusal)),
        "erasures": each(&mut auditor.erasures().into_iter().map(erasure)),
        "links": each(&mut auditor.links_made().into_iter().map(link)),
        "retention": retention,
    })))
}

fn opening((code, opening): (ShortCode, Opening)) -> Value {
    json!({
        "reference": code.to_string(),
        "at": opening.at,
        "by": opening.by,
        "why": opening.why.map(|why| why.code()),
        "found": opening.found,
    })
}

fn access(access: ExceptionalAccess) -> Value {
    json!({
        "reference": access.code.to_string(),
        "by": access.name,
        "why": access.why.code(),
        "asked": access.asked,
        "granted_by": access.granted_by,
        "until": access.until,
    })
}

fn erasure(line: ErasureLine) -> Value {
    let codes: Vec<_> = line.codes.iter().map(ToString::to_string).collect();
    json!({
        "references": codes,
        "ordered_by": match line.order {
            Ordered::ByUs | Ordered::Here => "us",
            Ordered::ByThem => "partner",
        },
        "partner": (line.order != Ordered::Here).then_some(line.name),
        "at": line.at,
        "due": line.due,
        "attested": line.attested,
    })
}

fn refusal(line: RefusalLine) -> Value {
    json!({ "partner": line.name, "refused_by": if line.here { "us" } else { "partner" }, "at": line.at })
}

fn link(line: LinkLine) -> Value {
    json!({ "for": line.name, "by": line.by, "at": line.at })
}
