//! What those read who read no content: the register, and an exceptional access.

use actix_web::http::StatusCode;
use maillage_protocol::codes::ConferenceReason;
use maillage_protocol::referral::{Author, Command};
use maillage_protocol::time::DAY;

use super::browser::browse;
use super::journeys::{NAME, borrowed, desks, reference, steps};
use super::{Territory, hire};
use crate::app::Texts;
use crate::facts::Capability;

#[actix_web::test]
async fn the_register_says_who_opened_what_and_what_was_not_erased_in_time() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, _) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let code = reference(&receipt);
    let path = format!("/parcours/{code}");
    nodes.exchange();
    nadia.see(&path).await;
    let mut dpo = browse(&nodes.a).await;
    dpo.sign_in("dpo").await;
    assert_eq!(dpo.open("/").await.location(), "/registre");
    let register = dpo.see("/registre").await;
    register.says(&code);
    register.says("Mme nadia");
    register.says("Aucun effacement");
    register.hides(NAME);
    dpo.see(&format!("/registre?reference={code}")).await.says("Mme nadia");
    dpo.see("/registre?reference=K7QD-2M9P").await.hides("– Mme nadia");
    dpo.see("/registre?reference=bonjour").await.says("huit lettres et chiffres");

    // The other side does not answer.
    let stop = format!("{path}/arret");
    nadia.submit(&stop, &stop, &[("arret", "elle")]).await.says("L’effacement chez le partenaire");
    dpo.see("/registre").await.says("Confirmation attendue");
    nadia.see("/").await.hides("Effacements non confirmés");
    nodes.ccas.env.advance(DAY.saturating_mul(3));
    nodes.epn.env.advance(DAY.saturating_mul(3));
    nadia.sign_in("nadia").await;
    dpo.sign_in("dpo").await;
    let home = nadia.see("/").await;
    home.says("Effacements non confirmés");
    home.says(&code);
    home.says("tel:+33100000000");
    nadia.see(&path).await.says("ne l’a pas fait : appelez-le");
    dpo.see("/registre").await.says("Confirmation en retard");
    nodes.exchange();
    nadia.see("/").await.hides("Effacements non confirmés");
    dpo.see("/registre").await.says("Confirmé");
    // What had not left is erased here, and read there too.
    let kept = reference(&refer!(nadia, nodes.b.node()));
    let stop = format!("/parcours/{kept}/arret");
    nadia.submit(&stop, &stop, &[("arret", "elle")]).await;
    let register = dpo.see("/registre").await;
    register.says(&format!("<strong>{kept}</strong> – effacé ici"));
}

#[actix_web::test]
async fn a_receipt_is_verified_on_a_page() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    let (mut nadia, mut karim) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node());
    let (_, after) = receipt.body.split_once("class=\"groups\">").unwrap();
    let signature = after.split('<').next().unwrap().to_owned();
    let page = "/verification";
    let right = karim.fill(page, page, &[("recepisse", &signature)]).await;
    assert_eq!(right.status, StatusCode::OK);
    right.says("La signature est juste");
    right.says("CCAS de Brenne");
    let wrong = karim.fill(page, page, &[("recepisse", "bonjour")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("bonjour");
    let forged = signature.trim_end();
    let last = if forged.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &forged[..forged.len() - 1]);
    karim.fill(page, page, &[("recepisse", &forged)]).await.says("Cette signature est fausse");
}

#[actix_web::test]
async fn an_exceptional_access_takes_two_and_she_reads_why() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    hire(&nodes.a, "anne", &[Capability::Administer]);
    let (mut nadia, _) = desks(nodes).await;
    let receipt = refer!(nadia, nodes.b.node(), [("donnees", "note", "Sonner deux fois.")]);
    let (code, personal) = (reference(&receipt), super::journeys::code_on(&receipt));
    let notes = format!("/parcours/{code}/notes");
    nadia.submit(&notes, &notes, &[("note", "Vue lundi.")]).await;
    let (mut admin, mut anne) = (browse(&nodes.a).await, browse(&nodes.a).await);
    admin.sign_in("admin").await;
    anne.sign_in("anne").await;
    let page = "/acces-exceptionnel";
    let nothing = admin.fill(page, page, &[("reference", "bonjour")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    nothing.says("Dites pourquoi");
    nothing.says("Une référence a huit lettres et chiffres");
    nothing.says("value=\"bonjour\"");
    let asked = [("reference", code.as_str()), ("motif", "life")];
    admin.submit(page, page, &asked).await.says("Attend un accord");
    let read = format!("{page}/{code}/lecture");
    assert_eq!(admin.fill(page, &read, &[]).await.status, StatusCode::NOT_FOUND);
    admin.fill(page, page, &asked).await.says("déjà demandé");
    let mine = nodes.a.account_of("admin").unwrap().id.to_string();
    let when = nodes.a.env().now().0.to_string();
    let this = [("pour", mine.as_str()), ("quand", when.as_str())];
    let grant = format!("{page}/{code}/accord");
    admin.see(page).await.hides("Donner mon accord");
    admin.fill(page, &grant, &this).await.says("on ne se l’accorde pas à soi-même");
    anne.submit(page, &grant, &this).await.says("Accès ouvert pour une heure");
    anne.see(page).await.says("Accord donné par Mme anne");
    assert_eq!(anne.fill(page, &read, &[]).await.status, StatusCode::NOT_FOUND);
    let opened = admin.fill(page, &read, &[]).await;
    assert_eq!(opened.status, StatusCode::OK);
    opened.says("Cette ouverture est notée");
    // All that is kept of her, if she asks for it.
    opened.says("Vue lundi.");
    opened.says(NAME);
    // She, her structure and whoever watches read who it was, and why.
    let mut her = browse(&nodes.a).await;
    let why = "la vie de quelqu’un est en danger";
    her.post("/p", &[("code", personal.as_str())]).await.says(why);
    nadia.see(&format!("/parcours/{code}")).await.says(why);
    let mut dpo = browse(&nodes.a).await;
    dpo.sign_in("dpo").await;
    dpo.see("/registre").await.says(why);
    dpo.see("/registre").await.says("Accord donné par Mme anne");
    anne.submit(page, &format!("{page}/{code}/fin"), &this).await.says("C’est refermé");
    dpo.see("/registre").await.says("A été ouvert jusqu’à");
    assert_eq!(admin.fill(page, &read, &[]).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn whoever_coordinates_reads_which_structures_come_to_no_end() {
    let territory = Territory::begin();
    let nodes = &territory.nodes;
    hire(&nodes.b, "sonia", &[Capability::Coordinate]);
    let (mut nadia, mut karim) = desks(nodes).await;
    let code = reference(&refer!(nadia, nodes.b.node()));
    nodes.exchange();
    let open = format!("/demandes/{code}");
    karim.submit(&open, &format!("{open}/ouverture"), &[]).await;
    let id = nodes.a.find(code.parse().unwrap()).unwrap();
    let call = Command::CallConference(ConferenceReason::Complex);
    nodes.a.say(None, Author::Sender, id, call, Texts::default(), None).unwrap();
    nodes.exchange();
    let mut admin = browse(&nodes.a).await;
    admin.sign_in("admin").await;
    let mark = format!("/partenaires/{}/coordination", nodes.b.node());
    let marked = admin.submit("/partenaires", &mark, &[("coordination", "oui")]).await;
    marked.says("Coordonne le territoire");
    let mut sonia = browse(&nodes.b).await;
    sonia.sign_in("sonia").await;
    assert_eq!(sonia.open("/").await.location(), "/concertations");
    sonia.see("/concertations").await.says("Aucune.");
    nodes.ccas.env.advance(DAY.saturating_mul(15));
    nodes.epn.env.advance(DAY.saturating_mul(15));
    nodes.tell_the_time();
    nodes.a.tick(&nodes.a.referrals()).unwrap();
    nodes.exchange();
    sonia.sign_in("sonia").await;
    let page = sonia.see("/concertations").await;
    page.says("CCAS de Brenne");
    page.says("tel:+33100000000");
    page.hides(NAME);
    page.hides(&code);
    admin.sign_in("admin").await;
    let no_more = admin.submit("/partenaires", &mark, &[("coordination", "non")]).await;
    no_more.hides("Coordonne le territoire");
}
