//! What follows a first answer: a need that goes on, a relay, a talk, a second look.

use actix_web::http::StatusCode;
use maillage_protocol::codes::DeclineReason;
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::referral::{Alternatives, Author, Command, NextStep};

use super::Territory;
use super::browser::browse;
use super::hire;
use super::journeys::{NAME, NEED, borrowed, code_on, desks, reference, steps};
use crate::app::Texts;
use crate::app::tests::SERVICE;
use crate::app::tests::Several;
use crate::facts::Capability;

#[actix_web::test]
async fn somebody_else_is_asked_without_waiting() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let path = format!("/parcours/{}", reference(&receipt));
    nodes.exchange();
    nadia.see(&path).await.says("Demander aussi ailleurs");
    let need = format!("{path}/besoin");
    let page = nadia.see(&need).await;
    page.says("Sans attendre la réponse");
    page.hides("Clore le besoin");
    let place = nadia.submit(&need, &format!("{need}/ailleurs"), &[]).await;
    assert!(place.location().starts_with("/orienter/lieu"));
    // Asked again, it is the same draft.
    let again = nadia.submit(&need, &format!("{need}/ailleurs"), &[]).await;
    assert_eq!(again.location(), place.location());
    karim
        .submit(
            &path.replace("parcours", "demandes"),
            &format!("{}/oui", path.replace("parcours", "demandes")),
            &[],
        )
        .await;
    nodes.exchange();
    nadia.see(&path).await.hides("Demander aussi ailleurs");
}

/// Her receipt, shown to somebody who was never asked: the same chain goes on, and her code stays hers.
#[actix_web::test]
async fn a_receipt_of_another_structure_is_gone_on_with() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (_, number) = receipt.body.split_once("<p class=\"groups number\">").unwrap();
    let number = number.split('<').next().unwrap().replace(' ', "-");
    let first = nodes.a.story(nodes.a.referrals()[0]).unwrap().unwrap();
    assert_eq!(first.number.unwrap().to_printed(), number);
    let code = code_on(&receipt);
    let square = format!("https://ccas.example/p#{code}.{}.0", number.replace('-', ""));
    nodes.exchange();

    let page = "/orienter/besoin";
    for (wrong, said) in
        [("K7QD-2M9P", "Ce numéro n’est pas complet"), (&number[1..], "un caractère est faux")]
    {
        let fields = [("besoin", NEED), ("parcours", wrong)];
        let shown = karim.fill(page, page, &fields).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
        shown.says(said);
        shown.says(&format!("value=\"{wrong}\""));
    }
    let far = PathwayNumber { hop: 3, ..number.parse().unwrap() }.to_printed();
    let fields = [("besoin", NEED), ("parcours", far.as_str())];
    karim.fill(page, page, &fields).await.says("réorientée trop souvent");

    let old = format!("https://ccas.example/p#{code}");
    let without = karim.fill(page, page, &[("besoin", NEED), ("parcours", &old)]).await;
    without.says("Ce numéro n’est pas complet");
    without.hides(&code);
    // A reader of squares types « enter » before a need was chosen.
    let early = karim.fill(page, page, &[("parcours", &square)]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    early.says(&format!("value=\"{number}\""));
    early.hides(&code);
    let fields = [("besoin", NEED), ("parcours", square.as_str())];
    let place = karim.submit(page, page, &fields).await.location().to_owned();
    let back = karim.see(&place.replace("/lieu", "/besoin")).await;
    back.says(&format!("value=\"{number}\""));
    back.hides(&code);
    let sent = refer!(karim, nodes.a.node(), [("besoin", "parcours", &square)]);
    nodes.exchange();
    // The first node knows her chain again, by itself: two people are to talk.
    let path = format!("/parcours/{}", reference(&sent));
    nadia.see(&path).await.says("Ce besoin est déjà passé ici");
    let talk = format!("{path}/concertation");
    nadia.see(&talk).await.says("votre structure a aussitôt ouvert une concertation");
    let named = [("nom", "Nadia"), ("telephone", "01 99 00 12 34")];
    nadia.submit(&talk, &talk, &named).await;
    nadia.see(&talk).await.says("Qu’avez-vous décidé ensemble ?");
    nodes.exchange();
    karim.see(&talk).await.says("Nadia, 01");
}

#[actix_web::test]
async fn she_agrees_to_the_same_for_longer() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node(), [("accord", "statistiques", "oui")]);
    let (code, first) = (reference(&receipt), code_on(&receipt));
    nodes.exchange();
    let (path, request) = (format!("/parcours/{code}"), format!("/demandes/{code}"));
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    nadia.see(&path).await.hides("Prolonger son accord");
    let again = format!("{path}/accord");
    assert_eq!(nadia.open(&again).await.location(), path, "it is too early");
    for env in [&nodes.ccas.env, &nodes.epn.env] {
        env.advance(maillage_protocol::time::DAY.saturating_mul(160));
    }
    nodes.a.retain(false).unwrap();
    nadia.sign_in("nadia").await;
    nadia.see("/").await.says("Son accord se termine bientôt");
    nadia.see(&path).await.says("Prolonger son accord");
    let page = nadia.see(&again).await;
    page.says("La même chose, avec EPN Le Lavoir");
    page.says(NAME);
    page.says("Ce qu’elle a choisi, et qui reste");
    page.hides("value=\"jour\"");
    page.hides("name=\"statistiques\"");
    let pictured = nadia.fill(&again, &again, &[("montrer", "images.ar")]).await;
    assert_eq!(pictured.status, StatusCode::OK);
    pictured.says("lang=\"ar\"");
    let nothing = nadia.fill(&again, &again, &[("reponse", "oui")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let no = nadia.submit(&again, &again, &[("reponse", "non")]).await;
    no.says("Elle ne prolonge pas");
    no.says("Prolonger son accord");
    let yes = [("reponse", "oui"), ("geste", "ecran"), ("recueil", "in_person"), ("duree", "an")];
    let receipt = nadia.submit(&again, &again, &yes).await;
    receipt.says("Votre code personnel");
    receipt.says("06 00 00 00 00");
    let second = code_on(&receipt);
    assert_ne!(first, second);
    nodes.exchange();
    nadia.see(&path).await.hides("Prolonger son accord");
    let mut her = browse(&nodes.a).await;
    for code in [&first, &second] {
        her.post("/p", &[("code", code.as_str())]).await.says("lundi 9 août 2027");
    }
    for app in [&nodes.a, &nodes.b] {
        let [id] = app.referrals()[..] else { panic!("one referral") };
        let chosen = app.story(id).unwrap().unwrap().chosen.unwrap();
        assert!(chosen.counted, "what she chose besides stands");
    }
}

#[actix_web::test]
async fn who_may_lose_a_right_takes_a_sheet_home() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let quiet = reference(&refer!(nadia, nodes.b.node()));
    nadia.see(&format!("/parcours/{quiet}")).await.hides("fiche de secours");
    let receipt = refer!(nadia, nodes.b.node(), [("besoin", "echeance", "2026-03-06")]);
    let code = reference(&receipt);
    nodes.exchange();
    let (path, request) = (format!("/parcours/{code}"), format!("/demandes/{code}"));
    nadia.see(&path).await.says("Imprimer une fiche de secours");
    let sheet = nadia.see(&format!("{path}/secours")).await;
    sheet.says("vendredi 6 mars");
    sheet.says("tel:+33100000000");
    sheet.hides(NAME);
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    nadia.see(&path).await.hides("fiche de secours");
    assert_eq!(nadia.open(&format!("{path}/secours")).await.location(), path);
}

#[actix_web::test]
async fn a_team_writes_for_itself() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let path = format!("/parcours/{}", reference(&receipt));
    let notes = format!("{path}/notes");
    nadia.see(&path).await.says("Écrire une note");
    nadia.fill(&notes, &notes, &[("note", " ")]).await.says("Écrivez la note");
    let secret = "Son mot de passe : Brenne2026";
    let refused = nadia.fill(&notes, &notes, &[("note", secret)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says(secret);
    nadia.submit(&notes, &notes, &[("note", "Rappeler les aides.")]).await.says("Mme nadia<");
    nodes.exchange();
    nadia.see(&path).await.says("Rappeler les aides.");
    let theirs = path.replace("parcours", "demandes");
    karim.see(&theirs).await.hides("Rappeler");
    let name = nadia.see(&notes).await.body;
    let name = name.split("name=\"efface\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let writing = [("efface", name), ("note", "Une autre")];
    let kept = nadia.fill(&notes, &notes, &writing).await;
    kept.hides("Rappeler");
    kept.says("Note effacée.");
    kept.says(">Une autre</textarea>");
    nadia.see(&path).await.hides("Rappeler");
}

/// A refusal ends the attempt. What was typed is typed once; the need stays until it is settled.
#[actix_web::test]
async fn a_need_goes_on_after_a_refusal() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (first, code) = (reference(&receipt), code_on(&receipt));
    nodes.exchange();
    let refusal = format!("/demandes/{first}/refus");
    let no = [("motif", "capacity_full"), ("suite", "aucune")];
    karim.submit(&refusal, &refusal, &no).await;
    nodes.exchange();

    let mine = [("code", code.as_str())];
    let mut her = browse(&nodes.a).await;
    her.post("/p", &mine).await.says("Une autre solution est cherchée");
    let home = nadia.see("/").await;
    home.says("À reprendre");
    home.says("choisir la suite");
    let path = format!("/parcours/{first}");
    nadia.see(&path).await.says("Choisir la suite");
    let choice = format!("{path}/besoin");
    nadia.see(&choice).await.says("Et maintenant");
    let nothing = nadia.fill(&choice, &choice, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    nothing.says("Dites comment le besoin se termine");

    // What identifies is read where it is: a draft that is begun keeps none of it.
    let begun = nadia.submit(&choice, &format!("{choice}/ailleurs"), &[]).await;
    let draft = begun.location().split("brouillon=").nth(1).unwrap().to_owned();
    let mine_is = nodes.a.account_of("nadia").unwrap().id;
    let kept = nodes.a.draft(mine_is, draft.parse().unwrap()).unwrap().into_revealed().to_string();
    assert!(!kept.contains(NAME) && !kept.contains("06 00"), "{kept}");
    // Asked again: the place is chosen, the rest is there.
    let place = nadia.submit(&choice, &format!("{choice}/ailleurs"), &[]).await;
    place.says("A déjà répondu");
    let mut page = place.location().to_owned();
    for (step, fields) in &steps(nodes.b.node())[1..] {
        let shown = nadia.see(&page).await;
        if *step == "donnees" {
            shown.says(&format!("value=\"{NAME}\""));
            shown.says("value=\"06 00 00 00 00\"");
        }
        page = nadia.submit(&page, &page, &borrowed(fields)).await.location().to_owned();
    }
    let second = reference(&nadia.see(&page).await);
    assert_ne!(first, second);
    nadia.see("/").await.hides("À reprendre");
    nodes.exchange();
    let refusal = format!("/demandes/{second}/refus");
    karim.submit(&refusal, &refusal, &no).await;
    nodes.exchange();

    let choice = format!("/parcours/{second}/besoin");
    let closed = nadia.submit(&choice, &choice, &[("issue", "capacity")]).await;
    closed.says("Le besoin est clos");
    closed.hides("Choisir la suite");
    let unmet = her.post("/p", &mine).await;
    unmet.says("Aucune solution n’a été trouvée");
    unmet.says("délégué du Défenseur des droits");
    unmet.says("Ce qui a été essayé");
    assert_eq!(unmet.body.matches("EPN Le Lavoir n’a pas pu vous aider.").count(), 2);
    nadia.see("/").await.hides("À reprendre");
    // Nothing is left to choose.
    let over = nadia.open(&choice).await;
    assert_eq!(
        (over.status, over.location()),
        (StatusCode::SEE_OTHER, &*format!("/parcours/{second}"))
    );
}

/// A right that is lost before anybody opens is not sent there first, and one that is lost today is not
/// sent at all.
#[actix_web::test]
async fn a_right_that_cannot_wait_is_not_sent_to_whoever_opens_later() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut card = nodes.b.card().unwrap();
    card.hours = Some("We 09:00-17:00".to_owned());
    nodes.b.describe(card).unwrap().unwrap();
    nodes.exchange();
    // Monday 2 March, at nine, then at ten past four.
    for (hours, deadline, too_late, now) in [
        (0, "2026-03-04", false, false),
        (0, "2026-03-03", true, false),
        (0, "2026-03-02", true, false),
        (430, "2026-03-03", true, false),
        (0, "2026-03-02", true, true),
    ] {
        nodes.ccas.env.advance(std::time::Duration::from_secs(60 * hours));
        let mut nadia = browse(&nodes.a).await;
        nadia.sign_in("nadia").await;
        let need = [("besoin", NEED), ("droit", "social"), ("echeance", deadline)];
        let page = nadia.submit("/orienter/besoin", "/orienter/besoin", &need).await;
        let place = nadia.see(page.location()).await;
        place.says("mercredi, 9 h – 17 h");
        let said = |words: &str| place.body.contains(words);
        assert_eq!(said("N’ouvre pas avant l’échéance"), too_late, "{deadline}");
        assert_eq!(said("moins de deux heures de travail"), now, "{deadline}");
        let today = deadline == "2026-03-02" && !now;
        assert_eq!(said("L’échéance est aujourd’hui"), today, "{deadline}");
    }
}

/// Who cannot help names who may: one press, and only her agreement is asked again.
#[actix_web::test]
async fn the_same_is_asked_of_whom_a_refusal_names() {
    let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"]);
    let [ccas, epn, courcy] = &nodes.apps[..] else { panic!("three nodes") };
    hire(ccas, "nadia", &[Capability::Work]);
    let mut nadia = browse(ccas).await;
    nadia.sign_in("nadia").await;
    let first = reference(&refer!(nadia, epn.node()));
    nodes.exchange();
    let services = Alternatives::try_from(vec![SERVICE]).unwrap();
    let next = NextStep::Alternative { services };
    let no = Command::Decline { reason: DeclineReason::CapacityFull, next_date: None, next };
    let id = epn.referrals()[0];
    epn.say(None, Author::Receiver, id, no, Texts::default(), None).unwrap();
    nodes.exchange();
    let choice = format!("/parcours/{first}/besoin");
    let shown = nadia.see(&choice).await;
    shown.says("La même chose, mais à France services Courcy (Aide aux démarches)");
    shown.hides("mais à EPN Le Lavoir");
    let there = format!("{}.{SERVICE}", courcy.node());
    let again = format!("{choice}/ailleurs");
    let begun = nadia.submit(&choice, &again, &[("vers", there.as_str())]).await;
    let mut page = begun.location().to_owned();
    assert!(page.starts_with("/orienter/donnees"), "{page}");
    let filled = nadia.see(&page).await;
    filled.says(&format!("value=\"{NAME}\""));
    for (_, fields) in &steps(courcy.node())[2..] {
        page = nadia.submit(&page, &page, &borrowed(fields)).await.location().to_owned();
    }
    nadia.see(&page).await.says("France services Courcy");
    nodes.exchange();
    assert_eq!(courcy.referrals().len(), 1);
}

/// Karim cannot do it himself, and asks Yann: Nadia sees that somebody helps, and who has the turn.
#[actix_web::test]
async fn a_request_is_passed_on_and_taken_back() {
    let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"]);
    let [ccas, epn, courcy] = &nodes.apps[..] else { panic!("three nodes") };
    for (app, name) in [(ccas, "nadia"), (epn, "karim"), (courcy, "yann")] {
        hire(app, name, &[Capability::Work]);
    }
    let (mut nadia, mut karim) = (browse(ccas).await, browse(epn).await);
    let mut yann = browse(courcy).await;
    nadia.sign_in("nadia").await;
    karim.sign_in("karim").await;
    yann.sign_in("yann").await;
    let code = reference(&refer!(nadia, epn.node()));
    nodes.exchange();
    let (request, path) = (format!("/demandes/{code}"), format!("/parcours/{code}"));
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    karim.see(&path).await.says("Orienter vers une autre structure");

    let relay = format!("{path}/relais");
    let places = karim.submit(&relay, &relay, &[]).await;
    // Not back to whoever asked, and not to oneself.
    places.says("France services Courcy");
    places.hides("CCAS de Brenne");
    let [_, (_, place), (_, told), (_, agreed)] = steps(courcy.node());
    let mut page = places.location().to_owned();
    let back = [("lieu", format!("{}.{SERVICE}", ccas.node()))];
    let refused = karim.fill(&page, &page, &borrowed(&back)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    page = karim.submit(&page, &page, &borrowed(&place)).await.location().to_owned();
    // What Nadia told of her is there already.
    karim.see(&page).await.says(NAME);
    for fields in [told, agreed] {
        page = karim.submit(&page, &page, &borrowed(&fields)).await.location().to_owned();
    }
    karim.see(&page).await.says("Votre code personnel");
    let child = reference(&karim.see(&page).await);
    nodes.exchange();
    nadia.see(&path).await.says("À EPN Le Lavoir");
    karim.see(&path).await.says(&format!("href=\"/parcours/{child}\""));
    karim.see(&format!("/parcours/{child}")).await.says(&format!("href=\"/parcours/{code}\""));
    karim.see(&relay).await.says(&child);

    // Yann says no: she is Karim's again.
    let asked = format!("/demandes/{child}");
    yann.submit(&asked, &format!("{asked}/ouverture"), &[]).await;
    let refusal = format!("{asked}/refus");
    let no = [("motif", "hours"), ("suite", "aucune")];
    yann.submit(&refusal, &refusal, &no).await;
    nodes.exchange();
    karim.see(&path).await.says("la réorientation n’a pas abouti : l’autre structure a dit non");
    nadia.see(&path).await.says("Acceptée");
}

#[actix_web::test]
async fn two_professionals_talk_and_agree_on_a_plan() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (code, hers) = (reference(&receipt), code_on(&receipt));
    nodes.exchange();
    let talk = format!("/parcours/{code}/concertation");
    let called = [("motif", "complex"), ("nom", "Karim"), ("telephone", "01 99 00 12 34")];
    let nameless = karim.fill(&talk, &talk, &called[..1]).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    karim.submit(&talk, &talk, &called).await.says("Concertation");
    nodes.exchange();
    let home = nadia.see("/").await;
    home.says("rejoindre la concertation");
    let joins = nadia.see(&talk).await;
    joins.says("Interlocuteur : Karim, 01 99 00 12 34");
    nadia.submit(&talk, &talk, &[("nom", "Nadia"), ("telephone", "01 99 00 56 78")]).await;
    nodes.exchange();
    let page = browse(&nodes.a).await.post("/p", &[("code", &hers)]).await;
    page.says("cherchent ensemble une solution");
    page.says("<li>Nadia<br><a href=\"tel:0199005678\">");
    page.says("<li>Karim<br><a href=\"tel:0199001234\">");
    let plan =
        [("decision", "plan"), ("acte", "help_together"), ("qui", "nous"), ("avant", "2026-03-06")];
    karim.submit(&talk, &talk, &plan).await.says("un plan");
    nodes.exchange();
    nadia.submit(&talk, &talk, &plan).await.says("Acceptée");
    nodes.exchange();
    karim.see(&format!("/parcours/{code}")).await.says(NAME);
}

#[actix_web::test]
async fn a_refusal_is_looked_at_again_once() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let (request, path) = (format!("/demandes/{code}"), format!("/parcours/{code}"));
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    let refusal = format!("{request}/refus");
    let no = [("motif", "prerequisite_missing"), ("suite", "aucune")];
    karim.submit(&refusal, &refusal, &no).await;
    nodes.exchange();
    nadia.see(&path).await.says("Demander un réexamen");
    let review = format!("{path}/reexamen");
    assert_eq!(nadia.fill(&review, &review, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    nadia.submit(&review, &review, &[("ajout", "criterion_met")]).await.says("Réexamen demandé");
    nodes.exchange();
    karim.see("/").await.says("À répondre");
    let reopened = karim.see(&request).await;
    reopened.says("Rouvrir la demande");
    reopened.says("encore une fois");
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    karim.submit(&request, &format!("{request}/oui"), &[]).await.says("Acceptée");
    nodes.exchange();
    nadia.see(&path).await.hides("Demander un réexamen");
}

#[actix_web::test]
async fn what_did_not_help_is_taken_up_again_and_may_be_given_up() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let (request, path) = (format!("/demandes/{code}"), format!("/parcours/{code}"));
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    let (next, end) = (format!("{request}/suite"), format!("{path}/issue"));
    karim.submit(&next, &next, &[("suite", "commencer"), ("contact", "met")]).await;
    karim.submit(&end, &end, &[("issue", "done_with")]).await;
    nodes.exchange();
    let opinion = format!("{path}/avis");
    nadia.submit(&opinion, &opinion, &[("aidee", "no"), ("moyen", "desk")]).await;
    nodes.exchange();
    karim.see(&path).await.says("Reprendre l’accompagnement");
    karim.submit(&path, &format!("{path}/reprise"), &[]).await.says("En cours");
    nodes.exchange();
    // He cannot go on: he says why, and what next.
    let refusal = format!("{request}/refus");
    karim.see(&refusal).await.says("Ne plus pouvoir aider");
    let no = [("motif", "capacity_lost"), ("suite", "aucune")];
    karim.submit(&refusal, &refusal, &no).await.says("désistement : Plus de place");
    nodes.exchange();
    nadia.see("/").await.says("choisir la suite");
}

#[actix_web::test]
async fn what_should_never_have_been_is_said_so() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let stop = format!("/parcours/{code}/arret");
    nadia.see(&stop).await.says("C’était une erreur");
    karim.see(&stop).await.hides("arret-erreur");
    let said = [("arret", "erreur"), ("erreur", "wrong_person")];
    nadia.submit(&stop, &stop, &said).await.says("Erronée");
    nodes.exchange();
    karim.see(&format!("/parcours/{code}")).await.says("Erronée");
}

/// What somebody was typing about her, and the receipt that waits, go when she leaves.
#[actix_web::test]
async fn who_leaves_takes_what_was_being_written_along() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let code = reference(&receipt);
    let draft = receipt.body.split("/orienter/recepisse/").nth(1).unwrap();
    let page = format!("/orienter/recepisse/{}", draft.split('"').next().unwrap());
    nodes.exchange();
    let refusal = format!("/demandes/{code}/refus");
    karim.submit(&refusal, &refusal, &[("motif", "hours"), ("suite", "aucune")]).await;
    nodes.exchange();
    let need = format!("/parcours/{code}/besoin");
    let begun = nadia.submit(&need, &format!("{need}/ailleurs"), &[]).await.location().to_owned();
    // Going back to it goes on with the same one.
    let again = nadia.submit(&need, &format!("{need}/ailleurs"), &[]).await.location().to_owned();
    assert_eq!(begun, again);
    nadia.see(&page).await;
    let stop = format!("/parcours/{code}/arret");
    nadia.submit(&stop, &stop, &[("arret", "elle")]).await;
    for gone in [&page, &begun] {
        assert_eq!(nadia.open(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
}
