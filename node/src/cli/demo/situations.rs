//! Situations that are ready to be clicked: each was played through the API, by the people of the
//! table, up to the moment when somebody has to decide.

use maillage_protocol::calendar::Calendar;
use maillage_protocol::time::DAY;
use serde_json::{Value, json};

use super::desk::{Desk, both, proposal};
use super::territory::{Node, Territory, broken, service_of};
use crate::cli::{Context, VerbError};

/// The needs of the people of these situations.
const ONLINE: &str = "numerique--acceder-a-des-services-en-ligne";
const EQUIPMENT: &str = "numerique--acquerir-un-equipement";

/// Plays every situation, and says where each one is.
pub(super) async fn prepare(context: &Context, territory: &Territory) -> Result<(), VerbError> {
    let stage = Stage::of(territory).await?;
    context.say("\nSituations prêtes à jouer :")?;
    for (account, reference, what) in [
        stage.right_about_to_be_lost(context).await?,
        stage.circle_about_to_close().await?,
        stage.silence().await?,
        stage.refusal_that_helps().await?,
        stage.end_to_be_confirmed().await?,
    ] {
        context.say(format!("  {account:<6} {reference:<10} {what}"))?;
    }
    Ok(())
}

/// Who signs in, under which reference, and what they find.
type Ready = (&'static str, String, String);

struct Stage<'a> {
    territory: &'a Territory,
    nadia: Desk,
    karim: Desk,
    lucie: Desk,
    yann: Desk,
    amina: Desk,
}

impl<'a> Stage<'a> {
    async fn of(territory: &'a Territory) -> Result<Self, VerbError> {
        let desk = |code, login| async move { Desk::of(territory.node(code)?, login).await };
        Ok(Self {
            nadia: desk("ccas-bre", "nadia").await?,
            karim: desk("epn-lav", "karim").await?,
            lucie: desk("asso-par", "lucie").await?,
            yann: desk("fs-cou", "yann").await?,
            amina: desk("mds-est", "amina").await?,
            territory,
        })
    }

    fn node(&self, code: &str) -> Result<&Node, VerbError> {
        self.territory.node(code)
    }

    async fn right_about_to_be_lost(&self, context: &Context) -> Result<Ready, VerbError> {
        let deadline = Calendar::Metropolitan.day(context.env.now().after(DAY.saturating_mul(3)));
        let mut asked = proposal(self.node("fs-cou")?, "Mme Petit", ONLINE);
        asked["right"] = "social".into();
        asked["deadline"] = deadline.to_string().into();
        let asked = ask(&self.amina, &asked).await?;
        both(&self.amina, &self.yann, &asked.id, "delivered").await?;
        Ok(("yann", asked.reference, "un droit sera perdu dans trois jours : répondre".to_owned()))
    }

    async fn circle_about_to_close(&self) -> Result<Ready, VerbError> {
        let first = proposal(self.node("epn-lav")?, "M. Kone", EQUIPMENT);
        let first = ask(&self.nadia, &first).await?;
        both(&self.nadia, &self.karim, &first.id, "delivered").await?;
        self.karim.say(&first.id, json!({ "command": "open" })).await?;
        let mut second = proposal(self.node("asso-par")?, "M. Kone", EQUIPMENT);
        second["after"] = first.id.as_str().into();
        let second = ask(&self.karim, &second).await?;
        both(&self.karim, &self.lucie, &second.id, "delivered").await?;
        let what =
            "un cercle va se fermer : accepter, « Orienter vers une autre structure », le CCAS";
        Ok(("lucie", second.reference, what.to_owned()))
    }

    async fn silence(&self) -> Result<Ready, VerbError> {
        let asked = proposal(self.node("epn-vie")?, "M. Blanc", ONLINE);
        let asked = ask(&self.nadia, &asked).await?;
        let what = "un EPN ne répond plus : la demande n'arrive pas, « Demander aussi ailleurs »";
        Ok(("nadia", asked.reference, what.to_owned()))
    }

    async fn refusal_that_helps(&self) -> Result<Ready, VerbError> {
        let asked = proposal(self.node("epn-lav")?, "Mme Roy", EQUIPMENT);
        let asked = ask(&self.nadia, &asked).await?;
        both(&self.nadia, &self.karim, &asked.id, "delivered").await?;
        let instead = service_of(self.node("asso-par")?.structure);
        let next = json!({ "kind": "alternative", "services": [instead] });
        let no = json!({ "command": "decline", "reason": "capacity_full", "next": next });
        self.karim.say(&asked.id, no).await?;
        both(&self.nadia, &self.karim, &asked.id, "declined").await?;
        let what = "un refus qui propose un autre lieu : choisir la suite";
        Ok(("nadia", asked.reference, what.to_owned()))
    }

    async fn end_to_be_confirmed(&self) -> Result<Ready, VerbError> {
        let asked = proposal(self.node("fs-cou")?, "Mme Aubry", ONLINE);
        let asked = ask(&self.nadia, &asked).await?;
        both(&self.nadia, &self.yann, &asked.id, "delivered").await?;
        for command in [
            json!({ "command": "accept" }),
            json!({ "command": "start", "contact": "met" }),
            json!({ "command": "conclude", "outcome": "accompanied" }),
        ] {
            self.yann.say(&asked.id, command).await?;
        }
        both(&self.nadia, &self.yann, &asked.id, "concluded").await?;
        let url = &self.node("ccas-bre")?.url;
        let what = format!("est-elle aidée ? Sa page : {url}/p, son code : {}", asked.code);
        Ok(("nadia", asked.reference, what))
    }
}

/// What an answer to a proposal names.
struct Asked {
    id: String,
    reference: String,
    code: String,
}

async fn ask(desk: &Desk, proposal: &Value) -> Result<Asked, VerbError> {
    let said = desk.post("/referrals", proposal).await?;
    let named = |member: &str| {
        let name = said[member].as_str().map(str::to_owned);
        name.ok_or_else(|| broken("une demande n'a pas de nom"))
    };
    Ok(Asked {
        id: named("referral")?,
        reference: named("reference")?,
        code: named("personal_code")?,
    })
}
