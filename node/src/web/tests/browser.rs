//! A browser without a window: it keeps its cookie, and sends the forms that pages show.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, LOCATION, SET_COOKIE};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App as Actix, web};
use futures_util::future::{FutureExt, LocalBoxFuture};

use super::PASSWORD;
use crate::app::tests::NobodyCalls;
use crate::app::{App, Calls};
use crate::code_tries::CodeTries;
use crate::index::Sessions;
use crate::web::{SignInLimits, WebSettings, routes};

/// A browser on one node.
pub(super) struct Browser {
    call: Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, ServiceResponse>>,
    cookie: Option<String>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    /// Returns where it leads.
    pub(super) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |location| location.to_str().unwrap())
    }

    /// Returns the key of its forms.
    pub(super) fn key(&self) -> String {
        let (_, after) = self.body.split_once(r#"name="cle" value=""#).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }

    /// Tells whether it says some words.
    #[track_caller]
    pub(super) fn says(&self, words: &str) {
        let body = self.body.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(body.contains(words), "{words}: {body}");
    }

    /// Tells whether it does not say some words.
    #[track_caller]
    pub(super) fn hides(&self, words: &str) {
        assert!(!self.body.contains(words), "{words}: {}", self.body);
    }
}

/// How long one stays signed in without an act.
pub(super) const IDLE: Duration = Duration::from_secs(15 * 60);

/// Opens a browser on a node.
pub(super) async fn browse(app: &Arc<App>) -> Browser {
    let index = sled::Config::new().temporary(true).open().unwrap();
    let settings = WebSettings {
        public_url: "https://ccas.example".to_owned(),
        secure_cookies: false,
        mails: true,
    };
    let calls: Arc<dyn Calls> = Arc::new(NobodyCalls);
    let server = Actix::new()
        .app_data(web::Data::from(Arc::clone(app)))
        .app_data(web::Data::new(Sessions::open(&index, IDLE).unwrap()))
        .app_data(web::Data::new(settings))
        .app_data(web::Data::new(SignInLimits::default()))
        .app_data(web::Data::new(CodeTries::default()))
        .app_data(web::Data::from(calls))
        .configure(routes);
    let service = Rc::new(init_service(server).await);
    let call = move |request: TestRequest| {
        let service = Rc::clone(&service);
        let answer = async move {
            let answer = service.call(request.to_request()).await;
            answer.expect("every failure is a page").map_into_boxed_body()
        };
        answer.boxed_local()
    };
    Browser { call: Box::new(call), cookie: None }
}

impl Browser {
    /// Sends a request as it is.
    pub(super) async fn send(&mut self, mut request: TestRequest) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("cookie", cookie.as_str()));
        }
        let response = (self.call)(request).await;
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(response).await;
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Opens a page.
    pub(super) async fn open(&mut self, page: &str) -> Answer {
        self.send(TestRequest::get().uri(page)).await
    }

    /// Opens a page that must be there.
    #[track_caller]
    pub(super) fn see(&mut self, page: &str) -> impl Future<Output = Answer> {
        let at = std::panic::Location::caller();
        async move {
            let answer = self.open(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page} at {at}: {}", answer.body);
            answer
        }
    }

    /// Sends a form as our own page does.
    pub(super) async fn post(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let request =
            TestRequest::post().uri(page).insert_header(("sec-fetch-site", "same-origin"));
        self.send(request.set_form(fields)).await
    }

    /// Opens a page, fills its form, and sends it to `to`.
    pub(super) async fn fill(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let key = self.see(page).await.key();
        let fields = [&[("cle", key.as_str())], fields].concat();
        self.post(to, &fields).await
    }

    /// Sends a form, and opens where it leads.
    #[track_caller]
    pub(super) fn submit(
        &mut self,
        page: &str,
        to: &str,
        fields: &[(&str, &str)],
    ) -> impl Future<Output = Answer> {
        let at = std::panic::Location::caller();
        async move {
            let answer = self.fill(page, to, fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{to} at {at}: {}", answer.body);
            let location = answer.location().to_owned();
            let mut shown = self.see(&location).await;
            shown.headers.insert(LOCATION, location.parse().unwrap());
            shown
        }
    }

    /// Signs in.
    pub(super) async fn sign_in(&mut self, login: &str) {
        let fields = [("identifiant", login), ("mot-de-passe", PASSWORD)];
        let answer = self.post("/connexion", &fields).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    }
}
