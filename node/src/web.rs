//! Every page, in the order of the menu.
//!
//! The server gives `App`, `Sessions` and `WebSettings` as `web::Data`, and `web::Data<dyn Calls>`
//! to answer invitations. [`routes`] takes every path that nobody else took: call it last.
//!
//! ```text
//!   browser ──▶ guard ──▶ session ─ handle ─▶ page ──▶ handle ──▶ App
//!                                               └──▶ template ◀── texts
//! ```
//!
//! A page is one file: what it shows, what it reads, what it says, its tests.

mod code;
mod errors;
#[expect(unreachable_pub, reason = "what the macro of a filter makes is public")]
mod filters;
mod form;
mod guard;
mod kept;
mod accessibility;
mod agenda;
mod plan;
mod layout;
mod session;
mod statics;
mod row;
mod spreadsheet;
mod square;
mod story;
mod taking_back;

mod sign_in;
mod arrival;
mod verification;
mod home;
mod refer;
mod requests;
mod pathway;
mod person;
mod team;
mod partners;
mod break_glass;
mod coordination;
mod register;
mod account;

#[cfg(test)]
mod tests;

use std::future::{Ready, ready};

use actix_web::dev::ResourceDef;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, web};

pub use errors::PageError;
pub use guard::SignInLimits;
pub use session::Visitor;

pub use crate::app::Calls;

use crate::app::authority::{Admin, Auditor, Coordinator, Member, Teammate, Writer};

/// What pages must know of the node's surroundings.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// The address that people type, as the administrator wrote it.
    pub public_url: String,
    /// Whether cookies are for TLS only. `false` on this machine alone.
    pub secure_cookies: bool,
    /// Whether mail goes out.
    pub mails: bool,
}

/// One page: what is served, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// How it is asked.
    pub method: &'static str,
    /// Where it is.
    pub path: &'static str,
    /// What it takes to open it.
    pub handle: &'static str,
}

/// Declares the pages from one list: what actix serves is what the tests walk through.
macro_rules! pages {
    ($($method:ident $path:literal, $handle:ident => $page:path;)+) => {
        /// Every page, in the order of the menu. Read this first.
        pub const PAGES: &[Page] = &[$(Page {
            method: stringify!($method),
            path: $path,
            handle: stringify!($handle),
        }),+];

        /// A page whose first argument is not the handle that is declared for it does not compile.
        fn pages(scope: actix_web::Scope) -> actix_web::Scope {
            scope$(.route($path, web::$method().to(opened_by::<$handle, _, _>($page))))+
        }
    };
}

pages! {
    get "/connexion", Visitor => sign_in::show;
    post "/connexion", Visitor => sign_in::enter;
    post "/deconnexion", Member => sign_in::leave;
    get "/arrivee/{lien}", Visitor => arrival::show;
    post "/arrivee/{lien}", Visitor => arrival::choose;
    get "/", Member => home::show;
    get "/liste.csv", Writer => spreadsheet::show;
    post "/parcours", Writer => home::find;
    get "/orienter/besoin", Writer => refer::need::show;
    post "/orienter/besoin", Writer => refer::need::keep;
    get "/orienter/lieu", Writer => refer::place::show;
    post "/orienter/lieu", Writer => refer::place::keep;
    get "/orienter/donnees", Writer => refer::disclosure::show;
    post "/orienter/donnees", Writer => refer::disclosure::keep;
    get "/orienter/accord", Writer => refer::consent::show;
    post "/orienter/accord", Writer => refer::consent::send;
    post "/orienter/abandon", Writer => refer::drop_draft;
    get "/orienter/sans-accord", Writer => refer::consent::show_refused;
    get "/orienter/recepisse/{brouillon}", Writer => refer::receipt::show;
    post "/orienter/recepisse/{brouillon}", Writer => refer::receipt::hand_over;
    get "/demandes/{reference}", Writer => requests::show::show;
    post "/demandes/{reference}/ouverture", Writer => requests::show::open;
    post "/demandes/{reference}/oui", Writer => requests::show::accept;
    get "/demandes/{reference}/refus", Writer => requests::decline::show;
    post "/demandes/{reference}/refus", Writer => requests::decline::decline;
    get "/demandes/{reference}/question", Writer => requests::question::show;
    post "/demandes/{reference}/question", Writer => requests::question::ask;
    get "/demandes/{reference}/suite", Writer => requests::next::show;
    post "/demandes/{reference}/suite", Writer => requests::next::say_next;
    get "/parcours/{reference}", Writer => pathway::show::show;
    get "/parcours/{reference}/issue", Writer => pathway::outcome::show;
    post "/parcours/{reference}/issue", Writer => pathway::outcome::conclude;
    get "/parcours/{reference}/avis", Writer => pathway::feedback::show;
    post "/parcours/{reference}/avis", Writer => pathway::feedback::give;
    post "/parcours/{reference}/confirmation", Writer => pathway::feedback::confirm;
    get "/parcours/{reference}/reponse", Writer => pathway::answer::show;
    post "/parcours/{reference}/reponse", Writer => pathway::answer::answer;
    get "/parcours/{reference}/besoin", Writer => pathway::need::show;
    post "/parcours/{reference}/besoin", Writer => pathway::need::close;
    post "/parcours/{reference}/besoin/ailleurs", Writer => pathway::need::ask_again;
    get "/parcours/{reference}/relais", Writer => pathway::pass_on::show;
    post "/parcours/{reference}/relais", Writer => pathway::pass_on::begin;
    post "/parcours/{reference}/reprise", Writer => pathway::pass_on::resume;
    get "/parcours/{reference}/concertation", Writer => pathway::conference::show;
    post "/parcours/{reference}/concertation", Writer => pathway::conference::speak;
    get "/parcours/{reference}/reexamen", Writer => pathway::review::show;
    post "/parcours/{reference}/reexamen", Writer => pathway::review::ask;
    get "/parcours/{reference}/suivi", Writer => pathway::follow::show;
    post "/parcours/{reference}/suivi", Writer => pathway::follow::give;
    get "/parcours/{reference}/rendez-vous", Writer => agenda::show;
    get "/parcours/{reference}/secours", Writer => pathway::fallback::show;
    get "/parcours/{reference}/notes", Writer => pathway::notes::show;
    post "/parcours/{reference}/notes", Writer => pathway::notes::change;
    get "/parcours/{reference}/accord", Writer => refer::renewal::show;
    post "/parcours/{reference}/accord", Writer => refer::renewal::send;
    get "/parcours/{reference}/arret", Writer => pathway::stop::show;
    post "/parcours/{reference}/arret", Writer => pathway::stop::stop;
    get "/retrait", Writer => code::show;
    post "/retrait", Writer => code::stop;
    get "/verification", Member => verification::show;
    post "/verification", Member => verification::check;
    get "/donnees", Visitor => kept::show;
    get "/accessibilite", Visitor => accessibility::show;
    get "/plan", Visitor => plan::show;
    get "/p", Visitor => person::show;
    post "/p", Visitor => person::enter;
    post "/p/regards", Visitor => person::look_there;
    post "/p/rendez-vous", Visitor => agenda::hers;
    post "/p/avis", Visitor => person::answer;
    post "/p/arret", Visitor => person::stop;
    get "/equipe", Teammate => team::show;
    post "/equipe", Admin => team::add;
    get "/equipe/lien/{brouillon}", Admin => team::show_link;
    post "/equipe/lien/{brouillon}", Admin => team::hand_over;
    get "/equipe/{compte}", Teammate => team::show_one;
    post "/equipe/{compte}/absence", Teammate => team::set_absence;
    post "/equipe/{compte}/retour", Teammate => team::end_absence;
    post "/equipe/{compte}/role", Admin => team::give_duty;
    post "/equipe/{compte}/lien", Admin => team::renew_link;
    post "/equipe/{compte}/depart", Admin => team::close;
    get "/partenaires", Admin => partners::show;
    post "/partenaires/invitation", Admin => partners::invite;
    get "/partenaires/invitation/{brouillon}", Admin => partners::show_invitation;
    post "/partenaires/invitation/{brouillon}", Admin => partners::hand_over;
    post "/partenaires/acceptation", Admin => partners::join;
    post "/partenaires/{noeud}/approbation", Admin => partners::approve;
    post "/partenaires/{noeud}/suspension", Admin => partners::suspend;
    post "/partenaires/{noeud}/reprise", Admin => partners::resume;
    post "/partenaires/{noeud}/coordination", Admin => partners::set_coordination;
    get "/acces-exceptionnel", Admin => break_glass::show;
    post "/acces-exceptionnel", Admin => break_glass::ask;
    post "/acces-exceptionnel/{reference}/accord", Admin => break_glass::grant;
    post "/acces-exceptionnel/{reference}/fin", Admin => break_glass::end;
    post "/acces-exceptionnel/{reference}/lecture", Admin => break_glass::open;
    get "/concertations", Coordinator => coordination::show;
    get "/registre", Auditor => register::show;
    get "/moi", Member => account::show;
    get "/moi/presence", Member => account::stay;
    post "/moi/session", Member => account::end_session;
    post "/moi/autres-sessions", Member => account::end_others;
    post "/moi/mot-de-passe", Member => account::change_password;
    post "/moi/courriel", Member => account::choose_mail;
}

/// Gives every page to actix. The server gives `App`, `Sessions`, `WebSettings`, `SignInLimits`,
/// `CodeTries` and `dyn Calls` as `web::Data`.
pub fn routes(config: &mut web::ServiceConfig) {
    let scope = pages(web::scope(""))
        .app_data(web::FormConfig::default().limit(guard::LARGEST_FORM))
        .app_data(web::PathConfig::default().error_handler(|_, _| PageError::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| PageError::NotFound.into()))
        .route("/static/{file:.*}", web::get().to(statics::show))
        .default_service(web::to(lost))
        .wrap(from_fn(guard::guard));
    config.service(scope);
}

/// Answers where there is no page, or none for this method.
fn lost(request: HttpRequest) -> Ready<Result<actix_web::HttpResponse, PageError>> {
    let here = |page: &&Page| ResourceDef::new(page.path).is_match(request.path());
    let methods: Vec<_> = PAGES.iter().filter(here).map(|page| page.method).collect();
    ready(Err(match methods.as_slice() {
        [] => PageError::NotFound,
        ["get"] => PageError::WrongMethod("GET, HEAD"),
        ["post"] => PageError::WrongMethod("POST"),
        _ => PageError::WrongMethod("GET, HEAD, POST"),
    }))
}

const fn opened_by<Handle, Rest, P: OpenedBy<Handle, Rest>>(page: P) -> P {
    page
}

/// A function whose first argument is a `Handle`.
trait OpenedBy<Handle, Rest> {}

impl<H, P: Fn(H) -> R, R> OpenedBy<H, ()> for P {}
impl<H, P: Fn(H, A) -> R, A, R> OpenedBy<H, (A,)> for P {}
impl<H, P: Fn(H, A, B) -> R, A, B, R> OpenedBy<H, (A, B)> for P {}
impl<H, P: Fn(H, A, B, C) -> R, A, B, C, R> OpenedBy<H, (A, B, C)> for P {}

/// Does what may take a while where nobody else waits for it.
async fn aside<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, PageError>
where
    T: Send + 'static,
    E: Send + 'static,
    PageError: From<E>,
{
    Ok(web::block(work).await??)
}
