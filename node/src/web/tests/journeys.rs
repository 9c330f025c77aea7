//! What people do, from page to page.

use actix_web::http::StatusCode;
use maillage_protocol::id::NodeId;
use maillage_protocol::referral::Status;

use super::Territory;
use super::browser::{Answer, Browser, browse};
use crate::app::tests::{Pair, SERVICE};

pub(super) const NEED: &str = "numerique--acceder-a-des-services-en-ligne";
pub(super) const NAME: &str = "Zéphirine";

/// What is typed at each of the four steps.
pub(super) fn steps(peer: NodeId) -> [(&'static str, Vec<(&'static str, String)>); 4] {
    let text = |fields: &[(&'static str, &str)]| {
        fields.iter().map(|(field, value)| (*field, (*value).to_owned())).collect()
    };
    [
        ("besoin", text(&[("besoin", NEED), ("obstacle", "no_mailbox"), ("droit", "social")])),
        ("lieu", vec![("lieu", format!("{peer}.{SERVICE}"))]),
        (
            "donnees",
            text(&[("prenom", NAME), ("moyen", "telephone"), ("telephone", "06 00 00 00 00")]),
        ),
        (
            "accord",
            text(&[
                ("geste", "ecran"),
                ("recueil", "in_person"),
                ("retour", "outcome"),
                ("duree", "six-mois"),
                ("redemander", "desk"),
                ("reponse", "oui"),
            ]),
        ),
    ]
}

pub(super) fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(field, value)| (*field, value.as_str())).collect()
}

/// The reference that a page shows.
pub(super) fn reference(page: &Answer) -> String {
    let (_, after) = page.body.split_once("<strong>").unwrap();
    after.split('<').next().unwrap().to_owned()
}

/// Nadia and Karim, each signed in at their own node.
pub(super) async fn desks(nodes: &Pair) -> (Browser, Browser) {
    let (mut nadia, mut karim) = (browse(&nodes.a).await, browse(&nodes.b).await);
    nadia.sign_in("nadia").await;
    karim.sign_in("karim").await;
    (nadia, karim)
}

/// Nadia refers somebody, up to the receipt. What is typed besides is named by its step.
macro_rules! refer {
    ($nadia:expr, $peer:expr) => {
        refer!($nadia, $peer, [])
    };
    ($nadia:expr, $peer:expr, $more:expr) => {{
        let mut page = "/orienter/besoin".to_owned();
        let more: &[(&str, &'static str, &str)] = &$more;
        for (step, mut fields) in steps($peer) {
            let more = more.iter().filter(|(at, _, _)| *at == step);
            fields.extend(more.map(|(_, field, value)| (*field, (*value).to_owned())));
            let shown = $nadia.submit(&page, &page, &borrowed(&fields)).await;
            assert!(!shown.location().is_empty(), "{step}");
            page = shown.location().to_owned();
        }
        $nadia.see(&page).await
    }};
}

#[actix_web::test]
async fn somebody_is_referred_helped_and_asked() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;

    let receipt = refer!(nadia, nodes.b.node());
    receipt.says("Votre code personnel");
    receipt.says("EPN Le Lavoir");
    let code = reference(&receipt);
    let draft = receipt.body.split("/orienter/recepisse/").nth(1).unwrap();
    let page = format!("/orienter/recepisse/{}", draft.split('"').next().unwrap());
    // Still there for whoever closed the window; gone once it was handed over.
    nadia.see("/").await.says(&format!("Récépissé à remettre : {code}"));
    let story = nadia.submit(&page, &page, &[]).await;
    story.says("pas encore envoyée");
    assert_eq!(nadia.open(&page).await.status, StatusCode::NOT_FOUND);
    nodes.exchange();

    let home = karim.see("/").await;
    home.says("À répondre");
    home.hides(NAME);
    let request = format!("/demandes/{code}");
    karim.see(&request).await.says("Ouvrir la demande");
    let opened = karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    opened.says("Pas d’adresse e-mail");
    opened.hides(NAME);
    let accepted = karim.submit(&request, &format!("{request}/oui"), &[]).await;
    accepted.hides(NAME);
    nodes.exchange();

    let path = format!("/parcours/{code}");
    let known = karim.see(&path).await;
    known.says(NAME);
    known.says("tel:0600000000");
    let next = format!("{request}/suite");
    let appointment = [
        ("suite", "rendez-vous"),
        ("jour", "2026-03-05"),
        ("heure", "14:00"),
        ("lieu-rdv", "desk"),
    ];
    karim.submit(&next, &next, &appointment).await.says("jeudi 5 mars 14 h");
    let met = [("suite", "commencer"), ("contact", "met")];
    karim.submit(&next, &next, &met).await.says("accompagnement commencé");
    let end = format!("{path}/issue");
    let outcome = [("issue", "accompanied"), ("autonomie", "2")];
    karim.submit(&end, &end, &outcome).await.says("Accompagnée jusqu’au bout");
    nodes.exchange();

    nadia.see("/").await.says("lui demander si cela a aidé");
    let opinion = format!("{path}/avis");
    let closed = nadia.submit(&opinion, &opinion, &[("aidee", "yes"), ("moyen", "desk")]).await;
    closed.says("Confirmée par la personne");
    nodes.exchange();
    for node in [&nodes.a, &nodes.b] {
        let [id] = node.referrals()[..] else { panic!("one referral") };
        assert_eq!(node.referral(id).unwrap().status(), Status::Closed);
    }
    nadia.see("/").await.says("Demandes terminées");
}

#[actix_web::test]
async fn a_receipt_says_what_was_agreed_and_who_answers() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, _) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node(), [("besoin", "adaptation", "oral")]);
    for said in [
        "EPN Le Lavoir</strong>, Brenne",
        "Aide aux démarches. Donnez la référence",
        "À l’oral plutôt qu’à l’écrit",
        NAME,
        "Comment cela s’est terminé",
        "Compter, sans votre nom</dt><dd>Non",
        "Vous demander si cela a aidé</dt><dd>Au guichet",
        "CCAS de Brenne cherche avec vous tant que ce n’est pas réglé.",
        "Jusqu’à quand",
    ] {
        receipt.says(said);
    }
    receipt.hides("illettr");
}

/// One click: a sentence at a time, its picture beside it, and in her language.
#[actix_web::test]
async fn somebody_who_prefers_to_talk_agrees_by_the_oral_path() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, _) = desks(nodes).await;
    let mut page = "/orienter/besoin".to_owned();
    for (_, fields) in &steps(nodes.b.node())[..3] {
        page = nadia.submit(&page, &page, &borrowed(fields)).await.location().to_owned();
    }
    let asked = [("montrer", "images.ar"), ("retour", "decision_only")];
    let page = nadia.submit(&page, &page, &asked).await.location().to_owned();
    let shown = nadia.see(&page).await;
    shown.says("Je peux demander à EPN Le Lavoir de vous aider.");
    shown.says("lang=\"ar\" dir=\"rtl\"");
    shown.says("Qui l’a entendue dire oui");
    assert_eq!(shown.body.matches("data-spoken").count(), 18);
    shown.hides("Sur l’écran : elle coche");

    let agreed = [
        ("presentation", "images"),
        ("explication", "ar"),
        ("geste", "oral"),
        ("recueil", "in_person"),
        ("retour", "decision_only"),
        ("duree", "six-mois"),
        ("adaptation", "oral"),
        ("reponse", "oui"),
    ];
    // Nobody heard it yet.
    let again = nadia.fill(&page, &page, &agreed).await;
    again.says("Indiquez qui l’a entendue.");
    again.says("<ol class=\"sentences\">");
    let heard = [&agreed[..], &[("temoin", "reception")]].concat();
    let receipt = nadia.submit(&page, &page, &heard).await.location().to_owned();
    let receipt = nadia.see(&receipt).await;
    receipt.says("À l’oral plutôt qu’à l’écrit");
    receipt.says("هل توافق على ذلك؟");
    receipt.says("Seulement leur réponse");
}

/// Nobody may contact her: whoever finds the paper learns nothing.
#[actix_web::test]
async fn a_discreet_receipt_holds_the_code_and_nothing_else() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, _) = desks(nodes).await;
    let careful = [("donnees", "prudence", "do_not_contact")];
    let receipt = refer!(nadia, nodes.b.node(), careful);
    let code = code_on(&receipt);
    receipt.says(&format!("<article class=\"paper\"><p class=\"digits\">{code}</p></article>"));
    for elsewhere in ["<svg", "CCAS", "EPN", NAME, "services en ligne", "class=\"groups\""] {
        receipt.hides(elsewhere);
    }
    // What is on the screen besides is not printed.
    let around = receipt.body.split_once("<main").unwrap().1;
    let around = around.split("<article").next().unwrap();
    assert!(around.trim_end().ends_with("</div>") && around.contains("<div class=\"no-print\">"));
    receipt.says("<header class=\"top no-print\">");
}

/// She wants it never said who sent her: neither is she on a list, nor they on a screen.
#[actix_web::test]
async fn who_sent_her_is_not_named_where_she_is_helped() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let masked = [("donnees", "prudence", "masked_sender")];
    let code = reference(&refer!(nadia, nodes.b.node(), masked));
    nodes.exchange();
    let (request, path) = (format!("/demandes/{code}"), format!("/parcours/{code}"));
    // As long as her precautions are not known there, that may be one of them.
    let asked = karim.see(&request).await;
    asked.hides("CCAS de Brenne");
    asked.hides("tel:+33100000000");
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    let story = karim.see(&path).await;
    story.says("Ne pas dire le nom de la structure");
    story.says("Avec un partenaire du réseau");
    story.says(NAME);
    let home = karim.see("/").await;
    home.says(&code);
    for page in [&story, &home] {
        page.hides("CCAS de Brenne");
    }
    home.hides(NAME);
    karim.see(&format!("{path}/arret")).await.hides("CCAS de Brenne");
    // Those who sent her know whom they asked.
    nadia.see(&path).await.says("EPN Le Lavoir");
    nadia.see("/").await.hides(NAME);
    // When she stops, her precautions are erased, and who sent her is not said for that.
    let stop = format!("{path}/arret");
    nadia.submit(&stop, &stop, &[("arret", "elle")]).await;
    nodes.exchange();
    for page in [karim.see(&path).await, karim.see("/").await] {
        page.says("n partenaire du réseau");
        page.hides("CCAS de Brenne");
        page.hides("tel:+33100000000");
    }
}

#[actix_web::test]
async fn a_refusal_is_never_a_dead_end() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let request = format!("/demandes/{code}");
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    let refusal = format!("{request}/refus");
    let half = [("motif", "capacity_full"), ("date", "2026-05-04"), ("texte", "Bon courage")];
    let again = karim.fill(&refusal, &refusal, &half).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    again.says("Indiquez une suite");
    again.says("Bon courage");
    again.says(r#"value="capacity_full" checked"#);
    let whole = [&half[..], &[("suite", "aucune")]].concat();
    karim.submit(&refusal, &refusal, &whole).await.says("Aucune autre solution connue");
    nodes.exchange();
    let told = nadia.see(&format!("/parcours/{code}")).await;
    told.says("Complet, de nouveau possible lundi 4 mai");
    told.says("Bon courage");
}

#[actix_web::test]
async fn a_question_is_asked_and_answered() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let request = format!("/demandes/{code}");
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    let question = format!("{request}/question");
    karim.submit(&question, &question, &[("sujet", "equipment")]).await.says("attend une réponse");
    nodes.exchange();
    let answer = format!("/parcours/{code}/reponse");
    let empty = nadia.fill(&answer, &answer, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    nadia.submit(&answer, &answer, &[("reponse-equipment", "no")]).await.says("réponse : Non");
    nodes.exchange();
    karim.see(&request).await.says("Accepter");
}

#[actix_web::test]
async fn nothing_typed_is_lost() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let [(_, need), (_, place), ..] = steps(nodes.b.node());
    let first = "/orienter/besoin";
    let second = nadia.submit(first, first, &borrowed(&need)).await.location().to_owned();
    let third = nadia.submit(&second, &second, &borrowed(&place)).await.location().to_owned();
    let wrong =
        [("prenom", NAME), ("moyen", "telephone"), ("telephone", "abc"), ("note", "Le mardi")];
    let again = nadia.fill(&third, &third, &wrong).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for typed in [NAME, "Le mardi", r#"value="abc""#, r##"href="#telephone""##] {
        again.says(typed);
    }
    // Somebody else, another day: the draft is offered again, without what was not kept.
    let home = nadia.see("/").await;
    home.says("Accéder à des services en ligne");
    home.hides(NAME);
    let back = second.replace("/lieu", "/besoin");
    nadia.see(&back).await.says(&format!(r#"value="{NEED}" checked"#));
    let mut karim = browse(&nodes.b).await;
    karim.sign_in("karim").await;
    assert_eq!(karim.open(&back).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_double_click_sends_once_and_keeps_the_code() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let mut page = "/orienter/besoin".to_owned();
    let [need, place, told, (_, consent)] = steps(nodes.b.node());
    for (_, fields) in [need, place, told] {
        page = nadia.submit(&page, &page, &borrowed(&fields)).await.location().to_owned();
    }
    let key = nadia.see(&page).await.key();
    let fields = [&[("cle", key.as_str())], &borrowed(&consent)[..]].concat();
    let first = nadia.post(&page, &fields).await;
    let second = nadia.post(&page, &fields).await;
    assert_eq!(first.location(), second.location());
    nadia.see(second.location()).await.says("Gardez ce code");
    assert_eq!(nodes.a.referrals().len(), 1);
}

#[actix_web::test]
async fn a_no_leaves_nothing_behind() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let mut page = "/orienter/besoin".to_owned();
    let [need, place, told, _] = steps(nodes.b.node());
    for (_, fields) in [need, place, told] {
        page = nadia.submit(&page, &page, &borrowed(&fields)).await.location().to_owned();
    }
    let read = nadia.see(&page).await;
    read.says(
        "Je peux demander à EPN Le Lavoir de vous aider pour accéder à des services en ligne.",
    );
    read.says("votre prénom, votre numéro de téléphone");
    let refused = nadia.submit(&page, &page, &[("reponse", "non")]).await;
    refused.says("Elle a dit non");
    assert!(nodes.a.referrals().is_empty());
    nadia.see("/").await.says("Rien ne vous attend");
    assert_eq!(nadia.open(&page).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn she_changes_her_mind_at_the_same_desk() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let stop = format!("/parcours/{code}/arret");
    assert_eq!(nadia.fill(&stop, &stop, &[("arret", "nous")]).await.status, 422);
    let stopped = nadia.submit(&stop, &stop, &[("arret", "elle")]).await;
    stopped.says("Accord retiré");
    stopped.says("L’identité est effacée");
    stopped.hides(NAME);
}

#[actix_web::test]
async fn partners_are_invited_compared_and_suspended() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut admin = browse(&nodes.a).await;
    admin.sign_in("admin").await;
    let page = "/partenaires";
    admin.see(page).await.says("EPN Le Lavoir");
    let invitation = admin.submit(page, "/partenaires/invitation", &[]).await;
    invitation.says("maillage:invite:1:");
    invitation.says("<svg");
    let kept = invitation.location().to_owned();
    admin.submit(&kept, &kept, &[]).await.says("Invitation transmise.");
    assert_eq!(admin.open(&kept).await.status, StatusCode::NOT_FOUND);
    for (text, said) in
        [("bonjour", "Ce texte n’est pas une invitation"), ("maillage:invite:1:a", "ne répond pas")]
    {
        let to = "/partenaires/acceptation";
        let again = admin.fill(page, to, &[("invitation", text)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        again.says(said);
        again.says(text);
    }
    let peer = nodes.b.node();
    let suspended = admin.submit(page, &format!("{page}/{peer}/suspension"), &[]).await;
    suspended.says("Reprendre les échanges");
    admin.submit(page, &format!("{page}/{peer}/reprise"), &[]).await.says("Actif");
    let wrong = admin.fill(page, &format!("{page}/{peer}/approbation"), &[]).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
}

/// The code on a receipt.
pub(super) fn code_on(receipt: &Answer) -> String {
    let (_, after) = receipt.body.split_once("<p class=\"digits\">").unwrap();
    after.split('<').next().unwrap().to_owned()
}

/// What is signed on a receipt, as somebody copies it.
pub(super) fn signature_on(receipt: &Answer) -> String {
    let (_, after) = receipt.body.split_once("<p class=\"groups\">").unwrap();
    after.split("</p>").next().unwrap().to_owned()
}

/// Those who keep another tool take the lists with them, and nobody's name.
#[actix_web::test]
async fn what_waits_goes_into_a_spreadsheet_without_a_name() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    nadia.see("/").await.hides("/liste.csv");
    let receipt = refer!(nadia, nodes.b.node(), [("besoin", "echeance", "2026-03-05")]);
    let code = reference(&receipt);
    nodes.exchange();
    nadia.see("/").await.says(&format!("<strong>{code}</strong>"));
    for (desk, partner, to_do) in [
        (&mut nadia, "EPN Le Lavoir", "À EPN Le Lavoir : ouvrir la demande"),
        (&mut karim, "CCAS de Brenne", "À vous : ouvrir la demande"),
    ] {
        desk.see("/").await.says("/liste.csv");
        let file = desk.open("/liste.csv").await;
        assert_eq!(file.status, StatusCode::OK);
        let kind = file.headers.get("content-type").unwrap();
        assert_eq!(kind, "text/csv; charset=utf-8");
        let body = file.body.replace(['\u{a0}', '\u{202f}'], " ");
        let lines: Vec<_> = body.lines().collect();
        assert!(lines[0].starts_with("\u{feff}Liste;Référence;"), "{}", lines[0]);
        let line = lines.iter().find(|line| line.contains(&code)).expect("it waits");
        assert!(line.contains(&format!(";{partner};")) && line.contains(to_do), "{line}");
        assert!(
            line.starts_with("Urgent : droit en danger;") && line.contains(";2026-03-0"),
            "{line}"
        );
        file.hides(NAME);
    }
}

#[actix_web::test]
async fn who_is_bound_by_secrecy_may_know_more_and_the_page_says_why() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let context = [
        ("donnees", "etape", "incomplete"),
        ("donnees", "papiers", "letters"),
        ("donnees", "contexte", "Dossier ouvert en mars."),
    ];
    // Towards a mediator it is locked, whatever is typed.
    let receipt = refer!(nadia, nodes.b.node(), context);
    receipt.hides("Dossier ouvert");
    let place = nadia.see("/orienter/besoin").await;
    place.says("De quoi a-t-elle besoin");
    // Towards a social worker it is not; she is told each item.
    let receipt = refer!(karim, nodes.a.node(), context);
    receipt.says("Dossier ouvert en mars.");
    receipt.says("un mot sur votre situation");
    let reference = reference(&receipt);
    nodes.exchange();
    let request = format!("/demandes/{reference}");
    nadia.see(&request).await.hides("Dossier ouvert");
    nadia.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    let seen = nadia.see(&format!("/parcours/{reference}")).await;
    seen.says("Dossier ouvert en mars.");
    seen.says("Il manque quelque chose");
}

/// Nothing is stored until it is clean, nothing typed is lost, and a false alarm may be kept.
#[actix_web::test]
async fn what_must_not_be_written_is_explained_and_kept_on_the_page() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let [(_, need), (_, place), (_, told), _] = steps(nodes.b.node());
    let first = "/orienter/besoin";
    let second = nadia.submit(first, first, &borrowed(&need)).await.location().to_owned();
    let third = nadia.submit(&second, &second, &borrowed(&place)).await.location().to_owned();
    fn write<'a>(told: &'a [(&'static str, String)], note: &'a str) -> Vec<(&'a str, &'a str)> {
        [borrowed(told), vec![("note", note)]].concat()
    }
    for (note, said) in [
        ("Victime de violences.", "précaution « ne pas contacter »"),
        ("Son mot de passe : Soleil84!", "Retirez le mot de passe"),
        ("Rappeler au 06 39 98 01 02", "a son propre champ"),
    ] {
        let refused = nadia.fill(&third, &third, &write(&told, note)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{note}");
        refused.says(said);
        refused.says(note);
        refused.hides("name=\"relu\"");
        nadia.see(&third).await.hides(note);
    }
    let name = "Demander Bernard Pivert.";
    let doubted = nadia.fill(&third, &third, &write(&told, name)).await;
    assert_eq!(doubted.status, StatusCode::UNPROCESSABLE_ENTITY);
    doubted.says("name=\"relu\" value=\"note\"");
    let kept = [write(&told, name), vec![("relu", "note")]].concat();
    nadia.submit(&third, &third, &kept).await.says("Bernard Pivert");
}

/// By name or by reference, from one field; what is typed is in no address.
#[actix_web::test]
async fn a_request_is_found_again_by_a_first_name() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let receipt = refer!(nadia, nodes.b.node());
    let reference = reference(&receipt);
    let found = nadia.fill("/", "/parcours", &[("recherche", "zephi")]).await;
    found.says("Demandes trouvées");
    found.says(&reference);
    found.says(NAME);
    let lost = nadia.fill("/", "/parcours", &[("recherche", "Barnabé")]).await;
    lost.says("Aucune demande ne porte ce prénom");
    lost.says("value=\"Barnabé\"");
    let typed = reference.to_lowercase();
    let known = nadia.submit("/", "/parcours", &[("recherche", typed.as_str())]).await;
    known.says(&format!("<title>Parcours {reference}"));
    assert_eq!(nadia.open("/parcours?recherche=zephi").await.status.as_u16(), 405);
}
