//! A team: who is away, who acts for others, and how each hears of it.

use actix_web::http::StatusCode;
use maillage_protocol::time::DAY;

use super::browser::{Answer, browse};
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
        ("", "2026-03-06", "Indiquez le premier jour."),
        ("2026-03-06", "", "Indiquez le dernier jour."),
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
    list.says("Absents aujourd’hui : Mme karim");
    list.says("Les relances des absents vont aujourd’hui à : Mme hugo");
    list.says("Absence en cours. Dernier jour : <time datetime=\"2026-03-06\">");

    // Nadia's request waits; the stand-in is told in person where no mail goes out.
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    nodes.epn.env.advance(DAY.saturating_mul(3));
    nodes.ccas.env.advance(DAY.saturating_mul(3));
    nodes.tell_the_time();
    nodes.b.tick(&nodes.b.referrals()).unwrap();
    karim.sign_in("karim").await;
    let home = karim.see("/").await;
    home.says(&code);
    home.says("À prévenir de vive voix : Mme hugo (Suppléance).");
    let mut hugo = browse(&nodes.b).await;
    hugo.sign_in("hugo").await;
    let home = hugo.see("/").await;
    home.hides("de vive voix : Mme hugo");
    home.says("Cette relance est pour vous.");

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

/// Returns the link of a page that shows one.
fn link_on(page: &Answer) -> String {
    let (_, after) = page.body.split_once("https://ccas.example/arrivee/").unwrap();
    let link = after.split('<').next().unwrap();
    format!("/arrivee/{}", link.trim())
}

const NEW: &str = "un deux trois quatre";

#[actix_web::test]
async fn somebody_new_chooses_a_password_by_a_link_that_serves_once() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut admin = browse(&nodes.a).await;
    admin.sign_in("admin").await;
    for (name, login, right, mistake) in [
        ("", "ines", "work", "Indiquez un nom."),
        ("Inès", "", "work", "Indiquez un identifiant."),
        ("Inès", "NADIA ", "work", "Cet identifiant est déjà pris."),
        ("Inès", "ines", "", "Choisissez au moins un droit."),
    ] {
        let fields = [("nom", name), ("identifiant", login), ("droits", right)];
        let again = admin.fill("/equipe", "/equipe", &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{mistake}");
        again.says(mistake);
    }
    let both = [("nom", "Inès"), ("identifiant", "ines"), ("droits", "work"), ("droits", "audit")];
    admin.fill("/equipe", "/equipe", &both).await.says("ne va avec aucun autre droit");
    let fields = [("nom", "Inès"), ("identifiant", "ines@ccas.example"), ("droits", "work")];
    let shown = admin.submit("/equipe", "/equipe", &fields).await;
    shown.says("Un lien pour Inès");
    let link = link_on(&shown);
    // A double click finds the same link.
    let key = admin.see("/equipe").await.key();
    let sent = [&[("cle", key.as_str())], &fields[..]].concat();
    let twice = admin.post("/equipe", &sent).await;
    assert_eq!(link_on(&admin.see(twice.location()).await), link);
    admin.see("/equipe").await.says("N’a pas encore choisi de mot de passe.");

    // Whoever opens links before people do uses nothing up.
    let mut ines = browse(&nodes.a).await;
    for _ in 0..3 {
        ines.see(&link).await.says("Bonjour Inès.");
    }
    for (chosen, again, mistake) in [
        (NEW, "autre chose", "Les deux saisies sont différentes."),
        ("court", "court", "Il faut au moins douze caractères."),
    ] {
        let fields = [("nouveau", chosen), ("encore", again)];
        let answer = ines.post(&link, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        answer.says(mistake);
        answer.hides(chosen);
    }
    let entered = ines.post(&link, &[("nouveau", NEW), ("encore", NEW)]).await;
    assert_eq!(entered.location(), "/?fait=arrivee");
    ines.see("/").await.says("À vous de jouer");
    let mut thief = browse(&nodes.a).await;
    for answer in [thief.open(&link).await, thief.post(&link, &[("nouveau", NEW)]).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        answer.says("Ce lien n’est plus valable.");
    }

    // A second link replaces the first one; each is over after a day.
    let page = format!("/equipe/{}", nodes.a.account_of("ines@ccas.example").unwrap().id);
    let again = format!("{page}/lien");
    let first = link_on(&admin.submit(&page, &again, &[]).await);
    let second = link_on(&admin.submit(&page, &again, &[]).await);
    assert_eq!(thief.open(&first).await.status, StatusCode::NOT_FOUND);
    thief.see(&second).await;
    // Whoever makes a link could use it: its owner reads it, and those who watch.
    let own = ines.see("/moi").await;
    own.says("Liens créés pour choisir votre mot de passe");
    own.says("– Mme admin");
    let mut dpo = browse(&nodes.a).await;
    dpo.sign_in("dpo").await;
    dpo.see("/registre").await.says("Mme admin → Inès");
    nodes.ccas.env.advance(DAY);
    assert_eq!(thief.open(&second).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn who_leaves_hands_over_what_they_followed() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    hire(&nodes.a, "ines", &[Capability::Work]);
    let (mut nadia, _) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    let [nadias, iness, admins] =
        ["nadia", "ines", "admin"].map(|login| nodes.a.account_of(login).unwrap().id);
    let id = nodes.a.find(code.parse().unwrap()).unwrap();
    let mut admin = browse(&nodes.a).await;
    admin.sign_in("admin").await;
    let page = format!("/equipe/{nadias}");
    let leave = format!("{page}/depart");
    nadia.see(&page).await.hides("Fermer ce compte");
    let unknown = admin.fill(&page, &leave, &[("relais", &admins.to_string())]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "who does not work takes nothing over");
    let list = admin.submit(&page, &leave, &[("relais", &iness.to_string())]).await;
    list.says("Compte fermé.");
    list.hides("Mme nadia");
    assert_eq!(nadia.open("/").await.location(), "/connexion", "her session is over");
    let followed = nodes.a.case(id).unwrap().followed_by;
    assert_eq!(followed, Some(iness));
    // Nobody closes the last account that runs the node.
    hire(&nodes.a, "anne", &[Capability::Work, Capability::Administer]);
    let mut anne = browse(&nodes.a).await;
    anne.sign_in("anne").await;
    let (page, leave) = (format!("/equipe/{admins}"), format!("/equipe/{admins}/depart"));
    anne.submit(&page, &leave, &[]).await.says("Compte fermé.");
    let own = nodes.a.account_of("anne").unwrap().id;
    let page = format!("/equipe/{own}");
    anne.see(&page).await.hides("Fermer ce compte");
    let refused = anne.fill(&page, &format!("{page}/depart"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("le dernier compte d’administration");
}

/// Whoever follows a request is told what comes; one may give it to somebody else.
#[actix_web::test]
async fn a_request_is_given_to_a_colleague_to_follow() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    hire(&nodes.a, "ines", &[Capability::Work]);
    let (mut nadia, mut ines) = (browse(&nodes.a).await, browse(&nodes.a).await);
    nadia.sign_in("nadia").await;
    ines.sign_in("ines").await;
    let receipt = refer!(nadia, nodes.b.node());
    let reference = reference(&receipt);
    let (story, follow) =
        (format!("/parcours/{reference}"), format!("/parcours/{reference}/suivi"));
    nadia.see(&story).await.says("Suivie par Mme nadia.");
    nadia.see(&follow).await.says("Mme ines");
    let id = nodes.a.account_of("ines").unwrap().id.to_string();
    for nobody in ["", "x", "00000000-0000-4000-8000-000000000000"] {
        let refused = nadia.fill(&follow, &follow, &[("collegue", nobody)]).await;
        assert_eq!(refused.status.as_u16(), 422);
        refused.says("Choisissez une personne de l’équipe.");
    }
    let given = nadia.submit(&follow, &follow, &[("collegue", id.as_str())]).await;
    given.says("Suivi confié");
    given.says("Suivie par Mme ines.");
    ines.see(&story).await.says("Suivie par Mme ines.");
}
