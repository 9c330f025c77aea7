//! `/metrics`: how the node is, for the tools that watch it. Counts of machines and of records;
//! nothing of anybody, nor of any partner by name.

use std::fmt::Write;

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use maillage_protocol::label::sha256;
use maillage_protocol::private::Private;

use crate::app::{App, LinkState, PeerView, Trouble};

/// What a reader of the figures must show, by its hash.
struct Token([u8; 32]);

/// Gives the route to actix, for whoever shows this token.
pub fn routes(config: &mut ServiceConfig, token: &Private<String>) {
    let token = Token(sha256(token.reveal().as_bytes()));
    config.app_data(Data::new(token)).route("/metrics", web::get().to(figures));
}

async fn figures(app: Data<App>, token: Data<Token>, request: HttpRequest) -> HttpResponse {
    let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|shown| shown.strip_prefix("Bearer "));
    // Hashes are compared: how long it takes tells nothing of the token.
    if shown.is_none_or(|shown| sha256(shown.as_bytes()) != token.0) {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text(&app))
}

/// Writes the figures as Prometheus reads them (text format 0.0.4).
fn text(app: &App) -> String {
    let peers = app.partners();
    let count = |which: fn(&PeerView) -> bool| peers.iter().filter(|peer| which(peer)).count();
    let waiting: usize = peers.iter().map(|peer| peer.waiting).sum();
    let needs_a_human = |peer: &PeerView| peer.trouble.is_some_and(Trouble::needs_a_human);
    let is_silent = |peer: &PeerView| matches!(peer.trouble, Some(Trouble::Silent(_)));
    let mut text = String::new();
    for (name, kind, help, value) in [
        ("records", "counter", "Records of the journal.", app.journal().len().0),
        ("partners_active", "gauge", "Links that are active.", {
            count(|peer| peer.state == LinkState::Active) as u64
        }),
        ("partners_needing_a_human", "gauge", "Links that an administrator must look at.", {
            count(needs_a_human) as u64
        }),
        ("partners_silent", "gauge", "Links whose other side does not answer.", {
            count(is_silent) as u64
        }),
        ("waiting", "gauge", "Words that no partner has acknowledged yet.", waiting as u64),
        ("disk_failed", "gauge", "1 once the disk has failed.", u64::from(app.has_failed())),
        ("clock_doubtful", "gauge", "1 while the clock differs from those of the partners.", {
            u64::from(app.doubts_its_clock())
        }),
    ] {
        let name = format!("maillage_{name}{}", if kind == "counter" { "_total" } else { "" });
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}")
            .expect("a string takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;
    use crate::app::tests::{Pair, propose};

    #[actix_web::test]
    async fn figures_are_for_whoever_shows_the_token_and_name_nobody() {
        let pair = Pair::linked();
        let id = propose(&pair);
        let token = Private::from("jeton".to_owned());
        let server = actix_web::App::new().app_data(Data::from(pair.a.clone()));
        let server = init_service(server.configure(|config| routes(config, &token))).await;
        for wrong in [None, Some("Bearer autre"), Some("jeton")] {
            let request = TestRequest::get().uri("/metrics");
            let request = match wrong {
                Some(wrong) => request.insert_header((AUTHORIZATION, wrong)),
                None => request,
            };
            assert_eq!(call_service(&server, request.to_request()).await.status(), 404);
        }
        let request = TestRequest::get().uri("/metrics");
        let request = request.insert_header((AUTHORIZATION, "Bearer jeton")).to_request();
        let text = read_body(call_service(&server, request).await).await;
        let text = std::str::from_utf8(&text).unwrap();
        let records = format!("\nmaillage_records_total {}\n", pair.a.journal().len());
        assert!(
            text.contains(&records) && text.contains("\nmaillage_partners_active 1\n"),
            "{text}"
        );
        assert!(text.contains("\nmaillage_waiting 2\n"), "{text}");
        for personal in [id.to_string(), pair.b.node().to_string(), "Lavoir".to_owned()] {
            assert!(!text.contains(&personal));
        }
    }
}
