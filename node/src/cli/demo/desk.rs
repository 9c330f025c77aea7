//! Somebody of the territory, in front of the API of their node.

use std::time::Duration;

use maillage_protocol::private::Private;
use reqwest::Method;
use serde_json::{Value, json};

use super::territory::{Node, broken, service_of};
use crate::cli::VerbError;
use crate::control::{Answer, Order};

/// A professional, in front of the API of their node.
pub(super) struct Desk {
    url: String,
    token: Private<String>,
    http: reqwest::Client,
}

impl Desk {
    /// Takes a key of the API for a professional, as their administrator would.
    pub(super) async fn of(node: &Node, login: &str) -> Result<Self, VerbError> {
        let login = Private::from(login.to_owned());
        let Answer::Token { token } = node.order(Order::MakeToken { login }).await? else {
            return Err(broken("pas de clé de l'API"));
        };
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|error| broken("le client HTTP").because(error))?;
        Ok(Self { url: format!("{}/api/v1", node.url), token, http })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, VerbError> {
        let failed = |error| broken("une requête n'aboutit pas").because(error);
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(self.token.reveal());
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(failed)?;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(value);
        }
        let detail = value["detail"].as_str().unwrap_or_default();
        Err(broken(&format!("le nœud refuse ({status}) : {detail}")))
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, VerbError> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(super) async fn say(&self, id: &str, command: Value) -> Result<(), VerbError> {
        self.post(&format!("/referrals/{id}/commands"), &command).await.map(drop)
    }

    pub(super) async fn story(&self, id: &str) -> Result<Value, VerbError> {
        self.send(Method::GET, &format!("/referrals/{id}"), None).await
    }

    /// Waits until the story of a referral is as it should be.
    pub(super) async fn until(
        &self,
        id: &str,
        what: &str,
        ready: impl Fn(&Value) -> bool,
    ) -> Result<(), VerbError> {
        for _ in 0..2_000 {
            if self.story(id).await.is_ok_and(|story| ready(&story)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(broken(&format!("cela n'arrive pas : {what}")))
    }
}

/// Waits until both nodes read the same status.
pub(super) async fn both(
    one: &Desk,
    other: &Desk,
    id: &str,
    status: &str,
) -> Result<(), VerbError> {
    for desk in [one, other] {
        desk.until(id, status, |story| story["referral"]["status"] == status).await?;
    }
    Ok(())
}

/// Says what somebody asks a structure for, once she agreed.
pub(super) fn proposal(to: &Node, first_name: &str, need: &str) -> Value {
    json!({
        "peer": to.id,
        "service": service_of(to.structure),
        "need": need,
        "person": {
            "first_name": first_name,
            "channel": { "way": "phone", "number": "01 99 00 12 34" },
        },
        "consent": {
            "gesture": { "how": "screen" },
            "place": "in_person",
            "feedback": "outcome",
            "statistics": true,
            "askable": "desk",
            "validity": "half_year",
        },
    })
}
