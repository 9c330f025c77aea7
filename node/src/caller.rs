//! Who is at the other end of a request: the end of the connection, or whom a trusted proxy names.
//! Plain HTTP is for this machine and for those proxies.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use crate::config::Config;

/// The header in which a proxy names who it speaks for: it adds them at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

#[derive(Clone, Copy)]
struct Caller(IpAddr);

/// Whoever is on the way could read everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct InPlain;

/// Finds out who calls, before anything else is looked at.
pub async fn identify<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let config = request.app_data::<Data<Config>>().expect("`serve` gives it");
    match behind(config, request.request()) {
        Ok(caller) => {
            request.extensions_mut().insert(Caller(caller));
            next.call(request).await.map(ServiceResponse::map_into_left_body)
        }
        Err(InPlain) => {
            let said = "Ce serveur ne répond qu'en HTTPS.\n";
            let refused =
                HttpResponse::Forbidden().content_type("text/plain; charset=utf-8").body(said);
            Ok(request.into_response(refused).map_into_right_body())
        }
    }
}

/// Returns who calls.
pub fn caller(request: &HttpRequest) -> IpAddr {
    let known = request.extensions().get::<Caller>().map(|Caller(address)| *address);
    known.or_else(|| end(request)).unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED))
}

/// Returns what tells one subscriber from another. Behind a proxy of this machine that names nobody,
/// everybody has its address: then only logins are counted.
pub fn subscriber(address: IpAddr) -> Option<IpAddr> {
    match address {
        address if address.is_loopback() => None,
        IpAddr::V6(address) => Some(IpAddr::V6((u128::from(address) >> 64 << 64).into())),
        address => Some(address),
    }
}

fn end(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip().to_canonical())
}

fn behind(config: &Config, request: &HttpRequest) -> Result<IpAddr, InPlain> {
    let end = end(request).unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
    if config.tls.is_none() && !config.accepts_plain_from(end) {
        return Err(InPlain);
    }
    let named = request.headers().get_all(FORWARDED_FOR).last().filter(|_| config.trusts(end));
    let named =
        named.and_then(|named| named.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    Ok(named.map_or(end, |named: IpAddr| named.to_canonical()))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn config(more: &str) -> Config {
        let text = format!("public_url = 'https://a.example'\ndata_dir = '/tmp'\n{more}");
        toml::from_str(&text).unwrap()
    }

    fn seen(config: &Config, end: &str, named: Option<&str>) -> Result<String, InPlain> {
        let request = TestRequest::default().peer_addr(format!("{end}:9").parse().unwrap());
        let request = match named {
            Some(named) => request.insert_header((FORWARDED_FOR, named)),
            None => request,
        };
        behind(config, &request.to_http_request()).map(|address| address.to_string())
    }

    #[test]
    fn a_trusted_proxy_says_who_is_behind_it_and_nobody_else_does() {
        let config = config("trusted_proxies = ['127.0.0.1/32', '10.0.0.0/8']\n");
        let is = |address: &str| Ok(address.to_owned());
        assert_eq!(seen(&config, "127.0.0.1", None), is("127.0.0.1"));
        assert_eq!(seen(&config, "127.0.0.1", Some("203.0.113.9")), is("203.0.113.9"));
        assert_eq!(seen(&config, "10.1.2.3", Some("198.51.100.1, 203.0.113.9")), is("203.0.113.9"));
        assert_eq!(seen(&config, "10.1.2.3", Some("nobody")), is("10.1.2.3"));
        assert_eq!(seen(&config, "203.0.113.7", Some("127.0.0.1")), Err(InPlain));
        assert_eq!(seen(&config, "[::1]", Some("127.0.0.1")), is("::1"));
    }

    #[test]
    fn plain_http_is_for_this_machine_and_its_proxies_unless_we_speak_tls() {
        let plain = config("");
        assert_eq!(seen(&plain, "203.0.113.7", None), Err(InPlain));
        let tls = config("[tls]\ncertificate = 'a'\nkey = 'b'\n");
        assert_eq!(seen(&tls, "203.0.113.7", Some("127.0.0.1")), Ok("203.0.113.7".to_owned()));
    }
}
