//! What she does herself with her code, and what a desk does for her.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use maillage_protocol::consent::SignedReceipt;
use maillage_protocol::keys::KeyUse;

use crate::app::Rule;
use crate::text::{Coded, kept_until};

use super::Territory;
use super::browser::browse;
use super::journeys::{NAME, borrowed, code_on, desks, reference, signature_on, steps};

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
    let later = [appointment[0], appointment[1], ("heure", "15:30"), appointment[3]];
    karim.submit(&next, &next, &later).await;
    nodes.exchange();
    let unknown = her.post("/p/rendez-vous", &[("code", "AAAA-AAAA-AAAA-AAAA")]).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (hers, theirs) =
        (her.post("/p/rendez-vous", &mine).await, karim.open(&format!("{path}/rendez-vous")).await);
    for file in [&hers, &theirs] {
        assert_eq!(file.headers.get("content-type").unwrap(), "text/calendar; charset=utf-8");
        for line in [
            "METHOD:PUBLISH",
            "DTSTART:20260305T143000Z",
            "SEQUENCE:1",
            "STATUS:CONFIRMED",
            &format!("UID:{reference}@maillage"),
        ] {
            assert!(file.body.lines().any(|said| said == line), "{line}: {}", file.body);
        }
        file.says("LOCATION:EPN Le Lavoir");
        file.hides(NAME);
    }
    hers.says("SUMMARY:Rendez-vous – EPN Le Lavoir");
    theirs.says(&format!("SUMMARY:Rendez-vous – {reference}"));
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
    answered.says("EPN Le Lavoir écrit : Accompagnée jusqu’au bout");
    answered.says("Vous avez répondu : Non");
    answered.says("C’est noté « contestée », et EPN Le Lavoir le sait.");
    nodes.exchange();
    // Her word stands beside the structure's, on both sides.
    for desk in [&mut nadia, &mut karim] {
        let story = desk.see(&path).await;
        story.says("Accompagnée jusqu’au bout");
        story.says("Non</p>");
        story.says("Contestée : la personne dit que cela n’a pas aidé.");
    }

    let arabic = her.post("/p", &[mine[0], ("langue", "ar")]).await;
    arabic.says("هل ساعدك هذا؟");
    let arabic = her.post("/p/arret", &[mine[0], ("langue", "ar")]).await;
    arabic.says("Cela ne peut pas être annulé");
    arabic.says("لا يمكن التراجع عن ذلك");
    arabic.says("يتوقف كل شيء مع EPN Le Lavoir");
    let sure = her.post("/p/arret", &mine).await;
    sure.hides("dir=\"rtl\"");
    sure.says("Tout s’arrête avec EPN Le Lavoir");
    sure.says("On ne cherchera plus de solution");
    sure.says("Cela ne peut pas être annulé");
    karim.see(&path).await.says(NAME);
    for _twice in 0..2 {
        let stopped = her.post("/p/arret", &[mine[0], ("sure", "structure")]).await;
        assert_eq!(stopped.status, StatusCode::OK);
        stopped.says("C’est arrêté");
        stopped.says("Vous avez arrêté votre demande");
        stopped.says("Pour un autre lieu, revenez nous voir");
        stopped.hides("<h2 id=\"qui\">");
    }
    nodes.exchange();
    karim.see(&path).await.hides(NAME);
    let erased = her.post("/p", &mine).await;
    erased.says("EPN Le Lavoir l’a confirmé");
    // Thirty days after it was erased there, on 2 March.
    erased.says(
        "copies de secours peuvent encore le contenir : elles sont détruites au plus tard mercredi 1er avril",
    );
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
    removed.says("Enlevé à votre demande : le numéro de téléphone.");
    // What they can no longer do is not said any more, nor that they will.
    removed.says("Ils ne peuvent pas vous joindre. Ils ont : Prénom.");
    removed.says("Ils ne peuvent pas vous appeler : allez les voir, avec votre papier.");
    removed.says("La suite : allez voir EPN Le Lavoir, avec votre papier.");
    removed.hides("comment vous joindre");
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
    // Nor by whom: neither on the page, nor in what it sends back.
    known.hides(&nodes.a.node().to_string());
    let done = nadia.fill(page, page, &[("code", &code), ("sure", "oui")]).await;
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

#[actix_web::test]
async fn anybody_reads_what_is_kept_and_how_long_and_as_it_is_applied() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    browser.see("/p").await.says("href=\"/donnees\"");
    let page = browser.see("/donnees").await;
    for rule in Rule::ALL {
        page.says(&rule.label());
        page.says(&kept_until(*rule));
    }
    page.says("CNIL");
    page.hides("{");
}
