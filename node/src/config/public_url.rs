//! The address of a node, as people and peers type it.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// An address that starts with `https://`, or one of this machine, for trying things out. It is a
/// scheme, a host and perhaps a port, and nothing more: choose it once, for passkeys and peers
/// remember it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Returns the address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether the address is one of TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Returns what follows the scheme: the host, and the port if there is one.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Returns the name of the host, without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        authority.split_once(':').map_or(authority, |(host, _)| host)
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        let url = url.strip_suffix('/').map_or(url.clone(), str::to_owned);
        let url = Self(url);
        match url.0.split_once("://") {
            Some(("https", authority)) if is_authority(authority) => Ok(url),
            Some(("https", _)) => Err("an address is a host and perhaps a port, nothing more"),
            Some(("http", authority)) if is_this_machine(authority) => Ok(url),
            Some(_) | None => Err("an address must start with https://"),
        }
    }
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let label = |label: &str| {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(known)
    };
    port && host.len() <= 253 && host.split('.').all(label)
}

fn is_this_machine(authority: &str) -> bool {
    authority.starts_with("127.0.0.1:") && authority.parse::<SocketAddr>().is_ok()
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_safe_and_has_no_path() {
        for (text, host) in [
            ("https://maillage.ccas.exemple.fr", "maillage.ccas.exemple.fr"),
            ("https://maillage.ccas.exemple.fr:8443/", "maillage.ccas.exemple.fr"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
        ] {
            let url = PublicUrl::try_from(text.to_owned()).expect(text);
            assert_eq!((url.host(), url.as_str().ends_with('/')), (host, false));
        }
        for text in [
            "http://maillage.ccas.exemple.fr",
            "http://127.0.0.1.exemple.fr:80",
            "http://127.0.0.1:80@exemple.fr:80",
            "https://exemple.fr/maillage",
            "https://agent@exemple.fr",
            "https://exemple.fr?x",
            "https://Exemple.fr",
            "https://exemple..fr",
            "https://exemple.fr:0",
            "https://",
            "ftp://exemple.fr",
            "exemple.fr",
            "",
        ] {
            PublicUrl::try_from(text.to_owned()).expect_err(text);
        }
    }
}
