//! Somebody in front of the pages of a node, signed in, as a browser without scripts is.

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

/// A session on the pages of a node.
pub struct Visit {
    url: String,
    cookie: String,
    http: Client,
}

impl Visit {
    /// Signs in.
    #[must_use]
    #[track_caller]
    pub fn of(url: &str, login: &str, password: &str) -> Self {
        crate::with_crypto();
        let http = Client::builder().no_proxy().redirect(Policy::none()).build();
        let http = http.expect("a plain client");
        let mut visit = Self { url: url.to_owned(), cookie: String::new(), http };
        let answer =
            visit.send("/connexion", &[("identifiant", login), ("mot-de-passe", password)]);
        let cookie = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        cookie.unwrap_or_else(|| panic!("{login} does not get in")).clone_into(&mut visit.cookie);
        visit
    }

    fn ask(&self, request: RequestBuilder) -> Response {
        request.header(COOKIE, &self.cookie).send().expect("the node answers")
    }

    fn send(&self, page: &str, fields: &[(&str, &str)]) -> Response {
        let url = Url::parse_with_params(&self.url, fields).expect("an address");
        let request = self.http.post(format!("{}{page}", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", "same-origin");
        self.ask(request.body(url.query().unwrap_or_default().to_owned()))
    }

    /// Returns what a page answers.
    #[must_use]
    pub fn status(&self, page: &str) -> StatusCode {
        self.ask(self.http.get(format!("{}{page}", self.url))).status()
    }

    /// Reads a page that must be there, or the one that it leads to.
    #[must_use]
    #[track_caller]
    pub fn read(&self, page: &str) -> String {
        let get = |page: &str| self.ask(self.http.get(format!("{}{page}", self.url)));
        let answer = get(page);
        let answer = match location(&answer) {
            Some(to) if to.starts_with("/connexion") => panic!("{page} asks who it is"),
            Some(to) => get(&to),
            None => answer,
        };
        assert_eq!(answer.status(), StatusCode::OK, "{page}");
        plain(&answer.text().expect("a page is text"))
    }

    /// Presses a button of a page, and returns where it leads.
    #[track_caller]
    pub fn press(&self, page: &str, button: &str) -> String {
        let shown = self.read(page);
        let (_, key) = shown.split_once(r#"name="cle" value=""#).expect("a form has a key");
        let key = key.split('"').next().unwrap_or_default();
        let answer = self.send(button, &[("cle", key)]);
        let to = location(&answer);
        to.unwrap_or_else(|| panic!("{button} leads nowhere: {}", answer.status()))
    }

    /// Reads a list of the home page.
    #[must_use]
    #[track_caller]
    pub fn list(&self, name: &str) -> String {
        let home = self.read("/");
        let begins = format!(r#"<section aria-labelledby="{name}""#);
        let (_, list) = home.split_once(&begins).unwrap_or_else(|| panic!("no « {name} »: {home}"));
        list.split("</section>").next().unwrap_or_default().to_owned()
    }
}

/// Returns where an answer leads, if it does.
fn location(answer: &Response) -> Option<String> {
    let to = answer.headers().get(LOCATION)?;
    to.to_str().ok().map(str::to_owned)
}

/// Spaces that do not break are spaces.
fn plain(page: &str) -> String {
    page.replace(['\u{a0}', '\u{202f}'], " ")
}
