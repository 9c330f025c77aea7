//! A team: who is away, who acts for others, and how each hears of it.

use actix_web::http::StatusCode;
use maillage_protocol::time::DAY;

use super::browser::browse;
use super::journeys::{borrowed, desks, reference, steps};
use super::{Territory, hire};
use crate::facts::{Capability, Duty, MailChoice};

#[actix_web::test]
async fn a_colleague_who_is_away_is_replaced() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    hire(&nodes.b, "hugo", &[Capability::Work]);
    hire(&nodes.b, "chef", &[Capability::Administer]);
    let (mut nadia, mut karim) = desks(nodes).await;
    let mut chef = browse(&nodes.b).await;
    chef.sign_in("chef").await;
    let [karims, hugos] = ["karim", "hugo"].map(|login| nodes.b.account_of(login).unwrap().id);
    chef.see("/equipe").await.says("Personne n’assure la suppléance");
    let (page, role) = (format!("/equipe/{hugos}"), format!("/equipe/{hugos}/role"));
    chef.submit(&page, &role, &[("role", "stand_in")]).await.says("Suppléance");
    assert_eq!(nodes.b.account(hugos).unwrap().duty, Some(Duty::StandIn));
    assert_eq!(chef.fill(&page, &role, &[("role", "roi")]).await.status, StatusCode::NOT_FOUND);

    // Who works sees the team, writes down an absence, and gives nobody a duty.
    let page = format!("/equipe/{karims}");
    karim.see(&page).await.hides("Enregistrer le rôle");
    let absence = format!("{page}/absence");
    for (first, last, mistake) in [
        ("", "2026-03-06", "Indiquez le jour."),
        ("demain", "2026-03-06", "Indiquez un jour, par exemple"),
        ("2026-03-06", "2026-03-02", "Le dernier jour vient avant le premier."),
        ("2026-02-02", "2026-02-06", "Indiquez un dernier jour à venir."),
    ] {
        let again = karim.fill(&page, &absence, &[("du", first), ("au", last)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{mistake}");
        again.says(mistake);
        again.says(&format!("value=\"{last}\""));
    }
    let dates = [("du", "2026-03-02"), ("au", "2026-03-06")];
    let list = karim.submit(&page, &absence, &dates).await;
    list.says("Absence notée");
    list.says("Absence en cours, jusqu’au <time datetime=\"2026-03-06\">");

    // Nadia's request waits; the stand-in is told in person where no mail goes out.
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    nodes.epn.env.advance(DAY.saturating_mul(3));
    nodes.ccas.env.advance(DAY.saturating_mul(3));
    nodes.b.tick(&nodes.b.referrals()).unwrap();
    karim.sign_in("karim").await;
    let home = karim.see("/").await;
    home.says(&code);
    home.says("À prévenir de vive voix : Mme hugo (Suppléance).");
    let mut hugo = browse(&nodes.b).await;
    hugo.sign_in("hugo").await;
    hugo.see("/").await.hides("de vive voix : Mme hugo");

    let back = format!("{page}/retour");
    karim.submit(&page, &back, &[]).await.hides("Absence en cours");
    assert_eq!(nodes.b.account(karims).unwrap().absence, None);
}

#[actix_web::test]
async fn everybody_chooses_where_and_when_mail_reaches_them() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, _) = desks(nodes).await;
    let nadias = nodes.a.account_of("nadia").unwrap().id;
    let (page, form) = ("/moi", "/moi/courriel");
    for (address, choice, mistake) in [
        ("nadia", "at_once", "Cette adresse ne se lit pas"),
        ("n@ccas.example\r\nBcc: x@y.example", "digest", "Cette adresse ne se lit pas"),
        ("", "digest", "Indiquez une adresse"),
    ] {
        let again = nadia.fill(page, form, &[("adresse", address), ("quand", choice)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        again.says(mistake);
    }
    let chosen = [("adresse", "nadia@ccas.example"), ("quand", "digest")];
    let kept = nadia.submit(page, form, &chosen).await;
    kept.says("Choix enregistré");
    kept.says("value=\"nadia@ccas.example\"");
    let account = nodes.a.account(nadias).unwrap();
    assert_eq!(account.mail, MailChoice::Digest);
    assert_eq!(account.person.reveal().login, "nadia");
}
