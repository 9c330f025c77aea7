//! Networks of addresses, as `10.0.0.0/8` or `::1`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// All the addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// A text is not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a network is written like 10.0.0.0/8, with zeros after its {0} first bits")]
pub struct NotANetwork(u8);

impl Network {
    /// Returns the network of one address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let first = address.to_canonical();
        Self { first, bits: width(first) }
    }

    /// Tells whether an address is in it. An IPv4 address written in IPv6 is itself.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4()
            && cut(address, self.bits) == cut(self.first, self.bits)
    }

    /// Tells whether all its addresses are this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let least = if self.first.is_ipv4() { 8 } else { 128 };
        self.first.is_loopback() && self.bits >= least
    }

    /// Tells whether it holds every address.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.bits == 0
    }
}

/// Returns how many bits an address has.
const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Returns the first bits of an address, or all zeros if it has fewer.
fn cut(address: IpAddr, bits: u8) -> u128 {
    let bytes = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let rest = u32::from(width(address).saturating_sub(bits));
    bytes.checked_shr(rest).unwrap_or(0)
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NotANetwork(0))?;
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| NotANetwork(0))?,
            None => width(first),
        };
        if bits > width(first) || !ends_in_zeros(first, bits) {
            return Err(NotANetwork(bits));
        }
        Ok(Self { first, bits })
    }
}

/// Tells whether nothing follows the first bits: `10.1.0.0/8` is most often a mistake.
fn ends_in_zeros(first: IpAddr, bits: u8) -> bool {
    let rest = u32::from(width(first).saturating_sub(bits));
    cut(first, bits).checked_shl(rest).unwrap_or(0) == cut(first, width(first))
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::1/128", "::1", "::2"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{inside} in {network}");
            assert!(!parsed.contains(outside.parse().unwrap()), "{outside} in {network}");
        }
    }

    #[test]
    fn what_is_not_a_network_is_refused() {
        for text in
            ["", "10", "10.0.0.0/33", "10.1.0.0/8", "::1/64", "::/129", "10.0.0.0/-1", "a/8"]
        {
            text.parse::<Network>().expect_err(text);
        }
    }

    #[test]
    fn only_loopback_is_this_machine() {
        for (network, expected) in [
            ("127.0.0.1", true),
            ("127.0.0.0/8", true),
            ("::1", true),
            ("126.0.0.0/7", false),
            ("0.0.0.0/0", false),
            ("10.0.0.0/8", false),
        ] {
            assert_eq!(network.parse::<Network>().unwrap().is_loopback(), expected, "{network}");
        }
    }
}
