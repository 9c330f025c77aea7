//! Where a peer may be: a public address, or one of a network that the administrator listed.
//!
//! A peer's address comes from an invitation or from its identity log. It must never lead this
//! node to a service of its own network, so every address that a name resolves to is checked, and
//! the connection goes to an address that was checked.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::Network;

/// Which addresses this node may call.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    /// Networks that are allowed although they are not public.
    pub allowed: Vec<Network>,
}

/// The address is not one that this node may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this address is not public, and its network is not allowed by the configuration")]
pub struct NotAllowed;

impl AddressPolicy {
    /// Checks one address.
    pub fn check(&self, address: IpAddr) -> Result<(), NotAllowed> {
        let address = address.to_canonical();
        let listed = self.allowed.iter().any(|network| network.contains(address));
        if listed || is_public(address) { Ok(()) } else { Err(NotAllowed) }
    }
}

/// Tells whether an address is one of the public Internet. What is not known to be is not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !reserved
}

/// Only the global unicast space, less what tunnels to, or documents, something else.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    let teredo_or_special = a == 0x2001 && b < 0x0200;
    let documentation = a == 0x2001 && b == 0x0db8 || a & 0xfff0 == 0x3ff0;
    let six_to_four = a == 0x2002;
    global && !teredo_or_special && !documentation && !six_to_four
}

/// The address of a peer: `https://`, or `http://` on this very machine; no password, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerUrl(reqwest::Url);

/// The text is not the address of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of a node looks like https://maillage.exemple.fr/")]
pub struct NotAPeerUrl;

impl FromStr for PeerUrl {
    type Err = NotAPeerUrl;

    fn from_str(text: &str) -> Result<Self, NotAPeerUrl> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\@#?%".contains(&byte));
        if !plain || text.len() > 200 {
            return Err(NotAPeerUrl);
        }
        let url = reqwest::Url::parse(text).map_err(|_| NotAPeerUrl)?;
        let host = url.host_str().ok_or(NotAPeerUrl)?;
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let safe = match url.scheme() {
            "https" => literal.is_some() || is_full_name(host),
            "http" => literal == Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            _ => false,
        };
        // An address in another writing (decimal, octal) would be read as something else.
        let as_written = text.to_ascii_lowercase().contains(host);
        if safe && as_written { Ok(Self(url)) } else { Err(NotAPeerUrl) }
    }
}

/// Tells whether a name has at least two labels, so that no search domain completes it, and is
/// not of a network of its own.
fn is_full_name(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let local = ["localhost", "local", "lan", "internal", "intranet", "home", "arpa", "onion"];
    host.contains('.') && !host.ends_with('.') && !local.contains(&last)
}

impl fmt::Display for PeerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl PeerUrl {
    /// Returns the path before every endpoint, without a final slash: empty unless a proxy serves
    /// the node below a folder.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Returns the address that this address names literally, if it does.
    #[must_use]
    pub fn literal(&self) -> Option<IpAddr> {
        self.0.host_str()?.trim_matches(['[', ']']).parse().ok()
    }
}

/// Resolves a name, and keeps the addresses that this node may call.
pub(super) struct CheckedNames(pub(super) AddressPolicy);

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One forbidden address is enough to refuse the name: it may be a trap.
            for address in &found {
                policy.check(address.ip())?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_is_refused() {
        let policy = AddressPolicy::default();
        for refused in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002::1",
            "64:ff9b::a00:1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "100::1",
            "3fff::1",
        ] {
            assert_eq!(policy.check(refused.parse().unwrap()), Err(NotAllowed), "{refused}");
        }
        for allowed in ["93.184.216.34", "172.32.0.1", "2a01:e0a::1", "100.128.0.1"] {
            assert_eq!(policy.check(allowed.parse().unwrap()), Ok(()), "{allowed}");
        }
    }

    #[test]
    fn a_network_that_the_administrator_listed_is_allowed() {
        let allowed = vec!["10.20.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let policy = AddressPolicy { allowed };
        assert_eq!(policy.check("10.20.3.4".parse().unwrap()), Ok(()));
        assert_eq!(policy.check("::ffff:10.20.3.4".parse().unwrap()), Ok(()));
        assert_eq!(policy.check("10.21.3.4".parse().unwrap()), Err(NotAllowed));
        assert_eq!(policy.check("fd12::1".parse().unwrap()), Ok(()));
    }

    #[test]
    fn an_address_of_a_peer_is_plain() {
        for refused in [
            "",
            "maillage.exemple.fr",
            "http://maillage.exemple.fr/",
            "ftp://exemple.fr/",
            "https://",
            "https:///fed",
            "https://localhost/",
            "https://LOCALHOST/",
            "https://localhost./",
            "https://intranet/",
            "https://nas.lan/",
            "https://a.local/",
            "https://u:p@exemple.fr/",
            "https://exemple.fr@evil.fr/",
            "https://exemple.fr/#a",
            "https://exemple.fr/?a",
            "https://exemple.fr\\@evil.fr/",
            "https://exemple.fr/%2e%2e/",
            "http://127.1:80/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "http://[::1]:80/",
            "http://10.0.0.1/",
            "https://exemple.fr:99999/",
            "https://①.fr/",
            "https://exemple.fr./",
            "https://exe mple.fr/",
            "https://exemple.fr/\r\nX: y",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert_eq!(refused.parse::<PeerUrl>(), Err(NotAPeerUrl), "{refused}");
        }
        for (accepted, base) in [
            ("https://maillage.ccas.exemple.fr/", ""),
            ("https://ville.exemple.fr:8443/maillage/", "/maillage"),
            ("http://127.0.0.1:8080", ""),
            ("https://10.20.3.4/", ""),
        ] {
            assert_eq!(accepted.parse::<PeerUrl>().unwrap().base_path(), base, "{accepted}");
        }
    }
}
