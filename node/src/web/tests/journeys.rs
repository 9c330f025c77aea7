//! What people do, from page to page.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use maillage_protocol::consent::SignedReceipt;
use maillage_protocol::id::NodeId;
use maillage_protocol::keys::KeyUse;
use maillage_protocol::referral::Status;

use super::browser::{Answer, Browser, browse};
use super::{Territory, hire};
use crate::app::tests::{Pair, SERVICE, Several};
use crate::facts::Capability;

const NEED: &str = "numerique--acceder-a-des-services-en-ligne";
const NAME: &str = "Zéphirine";

/// What is typed at each of the four steps.
fn steps(peer: NodeId) -> [(&'static str, Vec<(&'static str, String)>); 4] {
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

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(field, value)| (*field, value.as_str())).collect()
}

/// The reference that a page shows.
fn reference(page: &Answer) -> String {
    let (_, after) = page.body.split_once("<strong>").unwrap();
    after.split('<').next().unwrap().to_owned()
}

/// Nadia and Karim, each signed in at their own node.
async fn desks(nodes: &Pair) -> (Browser, Browser) {
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
    nadia.see("/").await.says("Récépissé à remettre");
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
fn code_on(receipt: &Answer) -> String {
    let (_, after) = receipt.body.split_once("<p class=\"digits\">").unwrap();
    after.split('<').next().unwrap().to_owned()
}

/// What is signed on a receipt, as somebody copies it.
fn signature_on(receipt: &Answer) -> String {
    let (_, after) = receipt.body.split_once("<p class=\"groups\">").unwrap();
    after.split("</p>").next().unwrap().to_owned()
}

/// She has a telephone and a piece of paper, and no account.
#[actix_web::test]
async fn she_sees_where_it_stands_answers_and_stops_by_herself() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = (browse(&nodes.a).await, browse(&nodes.b).await);
    let mut her = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    karim.sign_in("karim").await;
    let receipt = refer!(nadia, nodes.b.node());
    receipt.says("https://ccas.example/p");
    receipt.says("<svg");
    receipt.says(&nodes.a.node().fingerprint());
    let (code, reference) = (code_on(&receipt), reference(&receipt));
    let signed = signature_on(&receipt).parse::<SignedReceipt>().unwrap();
    let identity = nodes.a.identity();
    let said = signed.verify(|_, kid| identity.signing_key(kid, KeyUse::Sig)).unwrap();
    assert_eq!(said.issuer, nodes.a.node());
    let mine = [("code", code.as_str())];
    nodes.exchange();

    her.see("/p").await.says("Ma demande");
    // As people type it.
    let typed = code.replace('-', " ").to_lowercase();
    let sent = her.post("/p", &[("code", &typed)]).await;
    assert_eq!(sent.status, StatusCode::OK);
    sent.says("EPN Le Lavoir a reçu votre demande");
    sent.says("Ils n’ont ni votre nom, ni votre téléphone");
    sent.says("doit répondre, avant");
    sent.hides("Êtes-vous aidée");
    // The five sentences, to be listened to, and beside them in her language.
    assert_eq!(sent.body.matches("data-spoken").count(), 5);
    sent.says("data-listen hidden");
    let arabic = her.post("/p", &[("code", &typed), ("langue", "ar")]).await;
    arabic.says("EPN Le Lavoir a reçu votre demande");
    arabic.says("<p lang=\"ar\" dir=\"rtl\" data-spoken>وصل طلبك إلى EPN Le Lavoir.");
    assert_eq!(arabic.body.matches("data-spoken").count(), 10);
    assert!(!sent.headers.contains_key("set-cookie"));
    assert_eq!(sent.headers.get("cache-control").unwrap(), "no-store");

    let request = format!("/demandes/{reference}");
    karim.submit(&request, &format!("{request}/ouverture"), &[]).await;
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    let accepted = her.post("/p", &mine).await;
    accepted.says("accepte de vous aider");
    accepted.says("Ils ont : Prénom, Téléphone");
    // The page may be read over her shoulder.
    accepted.hides(NAME);
    accepted.hides("0600000000");

    let path = format!("/parcours/{reference}");
    let next = format!("{request}/suite");
    let appointment = [
        ("suite", "rendez-vous"),
        ("jour", "2026-03-05"),
        ("heure", "14:00"),
        ("lieu-rdv", "desk"),
    ];
    karim.submit(&next, &next, &appointment).await;
    nodes.exchange();
    her.post("/p", &mine).await.says("Vous avez rendez-vous jeudi 5 mars 14 h");
    karim.submit(&next, &next, &[("suite", "commencer"), ("contact", "met")]).await;
    let end = format!("{path}/issue");
    karim.submit(&end, &end, &[("issue", "accompanied"), ("autonomie", "2")]).await;
    nodes.exchange();
    her.post("/p", &mine).await.says("Cela vous a-t-il aidée");
    let nothing = her.post("/p/avis", &mine).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    nothing.says("Choisissez une réponse");
    let answered = her.post("/p/avis", &[mine[0], ("aidee", "no")]).await;
    answered.says("Votre réponse est notée");
    nodes.exchange();
    // Her word stands beside the structure's, on both sides.
    for desk in [&mut nadia, &mut karim] {
        let story = desk.see(&path).await;
        story.says("Accompagnée jusqu’au bout");
        story.says("Non</p>");
    }

    let sure = her.post("/p/arret", &mine).await;
    sure.says("Tout s’arrête avec EPN Le Lavoir");
    sure.says("On ne cherchera plus de solution");
    sure.says("Cela ne peut pas être annulé");
    karim.see(&path).await.says(NAME);
    for _twice in 0..2 {
        let stopped = her.post("/p/arret", &[mine[0], ("sure", "structure")]).await;
        assert_eq!(stopped.status, StatusCode::OK);
        stopped.says("C’est arrêté");
        stopped.says("Vous avez arrêté votre demande");
    }
    nodes.exchange();
    karim.see(&path).await.hides(NAME);
    let erased = her.post("/p", &mine).await;
    erased.says("EPN Le Lavoir l’a confirmé");
    erased.hides("Êtes-vous aidée");
    erased.hides("Ils ont :");
}

/// What does not open anything says nothing, whatever is wrong with it.
#[actix_web::test]
async fn she_takes_an_item_back_and_help_goes_on() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let mut her = browse(&nodes.a).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (code, reference) = (code_on(&receipt), reference(&receipt));
    let mine = [("code", code.as_str())];
    nodes.exchange();
    let request = format!("/demandes/{reference}");
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();

    let mind = her.post("/p/arret", &mine).await;
    mind.says("L’aide continue, mais j’enlève quelque chose");
    mind.says("le numéro de téléphone");
    let nothing = her.post("/p/arret", &[mine[0], ("sure", "enlever")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    nothing.says("Choisissez ce qu’on enlève");
    let phone = [mine[0], ("sure", "enlever"), ("retire", "phone")];
    let removed = her.post("/p/arret", &phone).await;
    removed.says("C’est enlevé. L’aide continue.");
    removed.says("Enlevé à sa demande : le numéro de téléphone.");
    removed.says("Ils ont : Prénom.");
    her.post("/p/arret", &mine).await.hides("le numéro de téléphone");
    nodes.exchange();
    let path = format!("/parcours/{reference}");
    let seen = karim.see(&path).await;
    seen.says(NAME);
    seen.says("Enlevé à sa demande : le numéro de téléphone.");
    seen.hides("06 00 00 00 00");

    // At a desk, the same.
    let stop = format!("{path}/arret");
    nadia.fill(&stop, &stop, &[("arret", "elle-enleve")]).await.says("Choisissez ce qu’on enlève");
    let name = [("arret", "elle-enleve"), ("retire", "first_name")];
    nadia.submit(&stop, &stop, &name).await.says("C’est enlevé ici.");
    nodes.exchange();
    for desk in [&mut nadia, &mut karim] {
        let seen = desk.see(&path).await;
        seen.hides(NAME);
        seen.says("le prénom, le numéro de téléphone");
    }
}

#[actix_web::test]
async fn who_is_told_yes_or_no_alone_reads_that_she_wants_it_so() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let mut her = browse(&nodes.a).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (code, reference) = (code_on(&receipt), reference(&receipt));
    nodes.exchange();
    let (request, path) = (format!("/demandes/{reference}"), format!("/parcours/{reference}"));
    karim.submit(&request, &format!("{request}/oui"), &[]).await;
    nodes.exchange();
    let mine = [("code", code.as_str()), ("sure", "enlever"), ("retire", "retour")];
    her.post("/p/arret", &mine).await.says("EPN Le Lavoir ne nous dit pas la suite");
    nodes.exchange();
    let next = format!("{request}/suite");
    karim.submit(&next, &next, &[("suite", "commencer"), ("contact", "met")]).await;
    nodes.exchange();
    let seen = nadia.see(&path).await;
    seen.says("Suivi non partagé, à la demande de la personne");
    seen.says("Acceptée");
    seen.hides("class=\"turn");
    karim.see(&path).await.says("la suite n’est pas dite à la structure qui oriente");
}

#[actix_web::test]
async fn a_desk_stops_with_her_code() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (code, reference) = (code_on(&receipt), reference(&receipt));
    nodes.exchange();
    let page = "/retrait";
    nadia.see("/").await.says("Une personne veut arrêter");
    for (typed, said) in [("7F3K", "seize lettres"), ("0000-0000-0000-0000", "n’est connu ni ici")]
    {
        let wrong = nadia.fill(page, page, &[("code", typed)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        wrong.says(said);
        wrong.says(typed);
    }
    // A desk that did not write it, and whose partners do not answer.
    karim.fill(page, page, &[("code", &code)]).await.says("n’est connu ni ici");
    let known = nadia.fill(page, page, &[("code", &code)]).await;
    assert_eq!(known.status, StatusCode::OK);
    known.says("Ce code est valable");
    known.hides(NAME);
    known.hides(&reference);
    let (_, after) = known.body.split_once("name=\"chez\" value=\"").unwrap();
    let issuer = after.split('"').next().unwrap().to_owned();
    let done = nadia.fill(page, page, &[("code", &code), ("chez", &issuer)]).await;
    done.says("C’est demandé");
    nodes.exchange();
    for desk in [&mut nadia, &mut karim] {
        let path = format!("/parcours/{reference}");
        let seen = desk.see(&path).await;
        seen.says("Accord retiré");
        seen.hides(NAME);
    }
}

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

#[actix_web::test]
async fn a_wrong_code_tells_nothing() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let mut nadia = browse(&nodes.a).await;
    nadia.sign_in("nadia").await;
    let receipt = refer!(nadia, nodes.b.node());
    nodes.exchange();
    let (mut here, mut there) = (browse(&nodes.a).await, browse(&nodes.b).await);
    let mut said = std::collections::BTreeSet::new();
    for wrong in ["", "x", "0000-0000-0000-0000", &reference(&receipt)] {
        for page in ["/p", "/p/avis", "/p/arret"] {
            let answer = here.post(page, &[("code", wrong), ("sure", "tout")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong} {page}");
            // But for what was typed, which is still there.
            said.insert(answer.body.replace(&format!("value=\"{wrong}\""), ""));
        }
    }
    // Another node did not issue it.
    let code = code_on(&receipt);
    let elsewhere = there.post("/p", &[("code", code.as_str())]).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said.len(), 1);

    // From elsewhere than this machine, each wrong code is counted; what no code can be is not.
    let mut from_afar = async |code: &str| {
        let request = TestRequest::post().uri("/p").peer_addr("203.0.113.9:1".parse().unwrap());
        let request = request.insert_header(("sec-fetch-site", "same-origin"));
        here.send(request.set_form([("code", code)])).await.status
    };
    for wrong in ["x", "0000-0000-0000-0000"].repeat(6) {
        assert_eq!(from_afar(wrong).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(from_afar(&code).await, StatusCode::TOO_MANY_REQUESTS);
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
    her.post("/p", &mine).await.says("Aucune solution n’a été trouvée");
    nadia.see("/").await.hides("À reprendre");
    // Nothing is left to choose.
    let over = nadia.open(&choice).await;
    assert_eq!(
        (over.status, over.location()),
        (StatusCode::SEE_OTHER, &*format!("/parcours/{second}"))
    );
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
    let code = reference(&refer!(nadia, nodes.b.node()));
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
