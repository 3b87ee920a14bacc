//! Proxies that are trusted to say who is behind them. Whoever else says so is not believed.

use std::{net::IpAddr, str::FromStr};

use http::HeaderMap;

/// An address with the number of its bits that count, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether an address is in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        let prefix = |value: u128, width: u32| value.checked_shr(width - self.bits).unwrap_or_default();
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                prefix(u32::from(own).into(), 32) == prefix(u32::from(other).into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => prefix(own.into(), 128) == prefix(other.into(), 128),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Network, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), |bits| bits.parse().map_err(|_| ()))?;
        if bits <= width { Ok(Network { address, bits }) } else { Err(()) }
    }
}

/// The proxies of a server.
#[derive(Clone, Debug, Default)]
pub struct Proxies(pub Vec<Network>);

impl Proxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Who is behind a peer: the last address of `X-Forwarded-For` that is no proxy of ours, where the peer is one; else the peer itself.
    pub fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let lines = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut nearest = peer;
        for word in named.iter().rev() {
            let Ok(address) = word.parse() else { return nearest };
            nearest = address;
            if !self.trusts(address) {
                return address;
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(peer: &str, said: &str) -> String {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", said.parse().unwrap());
        proxies.behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_is_behind_it() {
        assert_eq!(behind("203.0.113.9", "198.51.100.1"), "203.0.113.9", "nobody trusts this peer");
        assert_eq!(behind("10.1.2.3", "198.51.100.1"), "198.51.100.1");
        assert_eq!(behind("::1", "198.51.100.1, 10.9.9.9"), "198.51.100.1", "through two of ours");
        assert_eq!(
            behind("10.1.2.3", "192.0.2.7, 198.51.100.1"),
            "198.51.100.1",
            "what the sender made up is left of it"
        );
        assert_eq!(behind("10.1.2.3", "unknown"), "10.1.2.3");
    }

    #[test]
    fn a_network_is_an_address_with_its_bits() {
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("proxy.example.org".parse::<Network>().is_err());
        assert!("0.0.0.0/0".parse::<Network>().unwrap().holds("192.0.2.1".parse().unwrap()));
        assert!(!"10.0.0.0/8".parse::<Network>().unwrap().holds("11.0.0.1".parse().unwrap()));
        assert!("2001:db8::/32".parse::<Network>().unwrap().holds("2001:db8:1::5".parse().unwrap()));
    }
}
