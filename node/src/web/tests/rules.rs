//! What holds for every page, walked through from the one list.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use maillage_protocol::id::{NodeId, ProfessionalId, UnitId};

use super::browser::IDLE;
use super::browser::browse;
use super::{PASSWORD, Territory};
use crate::web::{PAGES, Page};

/// Returns an address of a page, of something that does not exist.
fn somewhere(page: &Page) -> String {
    page.path
        .replace("{reference}", "K7QD-2M9P")
        .replace("{brouillon}", &UnitId::from_bytes([0; 16]).to_string())
        .replace("{lien}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("{compte}", &ProfessionalId::from_bytes([0; 16]).to_string())
        .replace("{noeud}", &NodeId([0; 32]).to_string())
}

fn request(page: &Page) -> TestRequest {
    let request = TestRequest::with_uri(&somewhere(page));
    match page.method {
        "post" => request
            .method(actix_web::http::Method::POST)
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_form([("cle", "x")]),
        _ => request,
    }
}

#[actix_web::test]
async fn no_page_opens_to_a_stranger() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    for page in PAGES.iter().filter(|page| page.handle != "Visitor") {
        let cookie = "maillage=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let answer = browser.send(request(page).insert_header(("cookie", cookie))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page:?}");
        assert!(answer.location().starts_with("/connexion"), "{page:?}");
    }
}

/// Who may open which pages: everybody of this list against every page of the other.
const ROLES: &[(&str, &[&str])] = &[
    ("nadia", &["Visitor", "Member", "Writer", "Teammate"]),
    ("admin", &["Visitor", "Member", "Teammate", "Admin"]),
    ("dpo", &["Visitor", "Member", "Auditor"]),
    ("sonia", &["Visitor", "Member", "Coordinator"]),
];

#[actix_web::test]
async fn each_role_opens_its_pages_and_for_the_rest_they_do_not_exist() {
    let territory = Territory::begin();
    for (login, handles) in ROLES {
        let mut browser = browse(&territory.nodes.a).await;
        browser.sign_in(login).await;
        let nowhere = browser.open("/nulle-part").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        // Leaving comes last.
        let (last, pages): (Vec<_>, _) = PAGES.iter().partition(|it| it.path == "/deconnexion");
        for page in pages.iter().chain(&last) {
            let answer = browser.send(request(page)).await;
            let denied = answer.status == nowhere.status && answer.body == nowhere.body;
            // What is named in the address is of another structure, or of nobody.
            let named = page.path.contains('{');
            // The steps of a form that nobody began.
            let step = page.path.starts_with("/orienter/") && page.path != "/orienter/besoin";
            match handles.contains(&page.handle) {
                false => assert!(denied, "{login} {page:?}: {}", answer.status),
                true if named => assert_ne!(answer.status, StatusCode::OK, "{login} {page:?}"),
                true => assert!(step || !denied, "{login} {page:?}"),
            }
        }
    }
}

#[test]
fn every_handle_is_somebodys() {
    for page in PAGES {
        let held = ROLES.iter().any(|(_, handles)| handles.contains(&page.handle));
        assert!(held, "nobody of the list opens {page:?}");
    }
}

#[actix_web::test]
async fn no_form_of_another_site_passes() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    browser.sign_in("nadia").await;
    for page in PAGES.iter().filter(|page| page.method == "post") {
        for header in [("sec-fetch-site", "cross-site"), ("x-nothing", "at-all")] {
            let request = TestRequest::post().uri(&somewhere(page)).insert_header(header);
            let answer = browser.send(request.set_form([("cle", "x")])).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{page:?}");
            answer.says("Ce formulaire ne vient pas de cette page.");
        }
    }
}

#[actix_web::test]
async fn every_page_says_what_a_browser_may_do_with_it() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    browser.sign_in("nadia").await;
    for page in ["/", "/connexion", "/nulle-part", "/parcours/K7QD-2M9P", "/deconnexion"] {
        let answer = browser.open(page).await;
        let header = |name| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!(header("cache-control"), "no-store", "{page}");
        assert!(header("content-security-policy").starts_with("default-src 'self'"), "{page}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{page}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{page}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{page}");
        let scripts = answer.body.matches("<script").count();
        let ours = answer.body.matches("<script src=\"/static/").count();
        assert_eq!(scripts, ours, "{page}: what a page runs comes from our files");
        for inline in ["style=", "onclick", "javascript:", "http://", "https://"] {
            answer.hides(inline);
        }
    }
}

#[actix_web::test]
async fn every_failure_is_a_page_with_a_way_on() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    browser.sign_in("nadia").await;
    let key = browser.see("/").await.key();
    let large = "a".repeat(70_000);
    let lost = browser.open("/nulle-part").await;
    let wrong = browser.open("/deconnexion").await;
    let unreadable = browser.open("/orienter/besoin?brouillon=pas-un-brouillon").await;
    let huge = browser.post("/orienter/besoin", &[("cle", &key), ("droit", &large)]).await;
    let old = browser.post("/orienter/besoin", &[("cle", "ancienne")]).await;
    for (answer, status) in [
        (&lost, StatusCode::NOT_FOUND),
        (&wrong, StatusCode::METHOD_NOT_ALLOWED),
        (&unreadable, StatusCode::NOT_FOUND),
        (&huge, StatusCode::PAYLOAD_TOO_LARGE),
        (&old, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(answer.status, status);
        answer.says("<html lang=\"fr\">");
        answer.says("Revenir à l’accueil");
    }
    assert_eq!(wrong.headers.get("allow").unwrap(), "POST");
}

#[actix_web::test]
async fn an_unknown_login_and_a_wrong_password_read_the_same() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    let mut tries = Vec::new();
    for login in ["nadia", "personne"] {
        let fields = [("identifiant", login), ("mot-de-passe", "un mot de passe faux")];
        let answer = browser.post("/connexion", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        tries.push(answer.body.replace(login, "…"));
    }
    assert_eq!(tries[0], tries[1]);
    for _ in 0..4 {
        let fields = [("identifiant", "nadia"), ("mot-de-passe", "un mot de passe faux")];
        browser.post("/connexion", &fields).await;
    }
    let fields = [("identifiant", "nadia"), ("mot-de-passe", PASSWORD)];
    let refused = browser.post("/connexion", &fields).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key("retry-after"));
    refused.says("Attendez");
}

#[actix_web::test]
async fn signing_in_leads_back_to_the_page_that_was_asked_for() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    let asked = browser.open("/parcours/K7QD-2M9P?a=b").await;
    let form = browser.see(asked.location()).await;
    form.says(r#"name="vers" value="/parcours/K7QD-2M9P?a=b""#);
    let fields =
        [("identifiant", "nadia"), ("mot-de-passe", PASSWORD), ("vers", "/parcours/K7QD-2M9P?a=b")];
    assert_eq!(browser.post("/connexion", &fields).await.location(), "/parcours/K7QD-2M9P?a=b");
}

#[actix_web::test]
async fn a_desk_that_is_left_alone_closes() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    browser.sign_in("nadia").await;
    territory.nodes.ccas.env.advance(IDLE.saturating_sub(Duration::from_secs(1)));
    browser.see("/").await;
    territory.nodes.ccas.env.advance(IDLE);
    assert!(browser.open("/").await.location().starts_with("/connexion"));
}

#[actix_web::test]
async fn a_session_can_be_closed_and_dies_with_its_password() {
    let territory = Territory::begin();
    let mut browser = browse(&territory.nodes.a).await;
    browser.sign_in("nadia").await;
    let fields = [
        ("ancien", PASSWORD),
        ("nouveau", "une autre suite de mots"),
        ("encore", "une autre suite de mots"),
    ];
    let changed = browser.submit("/moi", "/moi/mot-de-passe", &fields).await;
    changed.says("Mot de passe changé.");
    changed.says("Cette session");
    changed.hides("/moi/session\"");
    for (fields, said) in [
        ([("ancien", "x"), ("nouveau", "a"), ("encore", "b")], "Les deux saisies"),
        (
            [("ancien", "faux"), ("nouveau", "douze lettres !"), ("encore", "douze lettres !")],
            "actuel",
        ),
    ] {
        let again = browser.fill("/moi", "/moi/mot-de-passe", &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        again.says(said);
    }
    let left = browser.fill("/moi", "/deconnexion", &[]).await;
    assert_eq!(left.location(), "/connexion?fait=deconnexion");
    assert!(left.headers.contains_key("clear-site-data"));
    assert!(browser.open("/moi").await.location().starts_with("/connexion"));
}
