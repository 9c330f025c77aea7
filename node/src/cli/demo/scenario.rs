//! The first acceptance scenario, through the public HTTP interfaces only: a social worker refers
//! Mme Aubry, a mediator accepts, helps, concludes; she says that she was helped.

use std::path::Path;
use std::time::Instant;

use maillage_protocol::time::DAY;
use serde_json::{Value, json};

use super::desk::{Desk, both, proposal};
use super::territory::{Node, Territory, broken};
use crate::cli::{Context, VerbError};

/// What must not be on the disk of who did not accept: an invented person.
const FIRST_NAME: &str = "Madame-Aubry-Canari";
const TELEPHONE: &str = "+33655501234";

pub(super) async fn play(context: &Context, territory: &Territory) -> Result<(), VerbError> {
    let (ccas, epn) = (territory.node("ccas-bre")?, territory.node("epn-lav")?);
    let (nadia, karim) = (Desk::of(ccas, "nadia").await?, Desk::of(epn, "karim").await?);
    let mut steps = Steps { context, since: now() };

    let proposed = nadia.post("/referrals", &asked(epn)).await?;
    let id = proposed["referral"].as_str().unwrap_or_default().to_owned();
    steps.done("Nadia propose, avec l'accord de Mme Aubry")?;

    both(&nadia, &karim, &id, "delivered").await?;
    steps.done("le nœud de l'EPN tient la demande")?;
    if holds(&epn.folder, FIRST_NAME)? || holds(&epn.folder, TELEPHONE)? {
        return Err(broken("un octet personnel est chez l'EPN avant son accord"));
    }
    steps.done("aucun octet personnel sur le disque de l'EPN")?;

    karim.say(&id, json!({ "command": "open" })).await?;
    karim.say(&id, json!({ "command": "accept" })).await?;
    both(&nadia, &karim, &id, "accepted").await?;
    steps.done("Karim ouvre et accepte")?;

    karim
        .until(&id, "son contact arrive", |story| {
            story["contact"]["name"] == FIRST_NAME
                && story["contact"]["channel"]["number"] == TELEPHONE
        })
        .await?;
    steps.done("le prénom et le téléphone arrivent, et seulement eux")?;

    let time = context.env.now().after(DAY);
    karim.say(&id, json!({ "command": "schedule", "time": time, "mode": "desk" })).await?;
    both(&nadia, &karim, &id, "scheduled").await?;
    steps.done("un rendez-vous est fixé")?;

    karim.say(&id, json!({ "command": "start", "contact": "met" })).await?;
    both(&nadia, &karim, &id, "underway").await?;
    karim.say(&id, json!({ "command": "conclude", "outcome": "accompanied" })).await?;
    both(&nadia, &karim, &id, "concluded").await?;
    steps.done("Karim déclare l'issue : accompagnée jusqu'au bout")?;

    nadia.say(&id, json!({ "command": "feedback", "helped": "yes", "via": "desk" })).await?;
    both(&nadia, &karim, &id, "closed").await?;
    steps.done("Mme Aubry dit qu'elle est aidée : l'orientation est close")?;

    let (ours, theirs) = (nadia.story(&id).await?, karim.story(&id).await?);
    let confirmed = ours["confirmation"] == "person";
    if ours["folded"] != theirs["folded"] || ours["folded"].is_null() || !confirmed {
        return Err(broken("les deux nœuds ne lisent pas la même orientation"));
    }
    context.say("Les deux nœuds lisent la même orientation, jusqu'au dernier octet.")?;
    stop_elsewhere(territory, (&nadia, &karim), &mut steps).await
}

/// Somebody else changes her mind, at a desk that has nothing to do with her.
async fn stop_elsewhere(
    territory: &Territory,
    (nadia, karim): (&Desk, &Desk),
    steps: &mut Steps<'_>,
) -> Result<(), VerbError> {
    let lucie = Desk::of(territory.node("asso-par")?, "lucie").await?;
    let proposed = nadia.post("/referrals", &asked(territory.node("epn-lav")?)).await?;
    let named = |member: &str| proposed[member].as_str().unwrap_or_default().to_owned();
    let (id, code) = (named("referral"), named("personal_code"));
    both(nadia, karim, &id, "delivered").await?;
    karim.say(&id, json!({ "command": "accept" })).await?;
    karim.until(&id, "son contact arrive", |story| !story["contact"].is_null()).await?;
    steps.done("Mme Roy est attendue à l'EPN")?;

    let known = lucie.post("/withdrawals", &json!({ "code": code })).await?;
    if known["known"] != true {
        return Err(broken("personne ne reconnaît le code"));
    }
    nadia.until(&id, "l'EPN l'atteste", |story| story["erasure"] == "attested").await?;
    both(nadia, karim, &id, "withdrawn").await?;
    steps.done("elle arrête chez Parlons Net, avec son code : effacée partout, attesté")
}

/// What Nadia sends: what she was told, and what Mme Aubry agreed to.
fn asked(epn: &Node) -> Value {
    let mut asked = proposal(epn, FIRST_NAME, "numerique--acceder-a-des-services-en-ligne");
    asked["obstacles"] = json!(["no_mailbox"]);
    asked["person"]["channel"]["number"] = TELEPHONE.into();
    asked["person"]["practical_note"] = "Appeler après 17 h.".into();
    asked
}

/// Prints each step with the time that it took.
struct Steps<'a> {
    context: &'a Context,
    since: Instant,
}

impl Steps<'_> {
    fn done(&mut self, what: &str) -> Result<(), VerbError> {
        let took = self.since.elapsed();
        self.since = now();
        self.context.say(format!("{:>7.1} ms  {what}", took.as_secs_f64() * 1_000.0))
    }
}

#[expect(clippy::disallowed_methods, reason = "durations are shown, and decide nothing")]
fn now() -> Instant {
    Instant::now()
}

/// Tells whether a text is in clear in a folder, in any of its files.
fn holds(folder: &Path, text: &str) -> Result<bool, VerbError> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if holds(&entry.path(), text)? {
                return Ok(true);
            }
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path())?;
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
