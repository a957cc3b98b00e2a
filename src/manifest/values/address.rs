//! Addresses and networks.

use super::name::Name;
use super::unit::{checked_text, string_unit};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address of a host, with the length of its network's prefix where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub ip: IpAddr,
    pub prefix: Option<u8>,
}

string_unit!(
    Address,
    "address",
    Some(r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"),
    "An IPv4 or IPv6 address, with the length of its network's prefix where that matters.",
    ["203.0.113.10", "2001:db8::10", "10.0.0.2/24"]
);

impl Address {
    /// The network that the address is in, where its prefix was given.
    pub fn network(&self) -> Option<Cidr> {
        self.prefix
            .map(|prefix| Cidr(IpNet::new_assert(self.ip, prefix).trunc()))
    }

    /// Reserved for networks that are not reachable from the internet (RFC 1918, RFC 4193, RFC 6598).
    pub fn is_private(&self) -> bool {
        match self.ip {
            IpAddr::V4(ip) => ip.is_private() || (ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64),
            IpAddr::V6(ip) => ip.is_unique_local(),
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (ip, prefix) = text
            .split_once('/')
            .map_or((text, None), |(ip, prefix)| (ip, Some(prefix)));
        let ip: IpAddr = ip.parse().map_err(|_| {
            format!("`{text}` is not an address: write it as 203.0.113.10, 2001:db8::10 or 10.0.0.2/24")
        })?;
        if ip.is_unspecified() || ip.is_multicast() || ip.is_loopback() {
            return Err(format!("`{text}` cannot be the address of a host that others reach"));
        }
        let Some(prefix) = prefix else {
            return Ok(Self { ip, prefix: None });
        };
        let prefix =
            parse_prefix(ip, prefix).ok_or_else(|| format!("`{text}` has no valid prefix length after the slash"))?;
        let net = IpNet::new_assert(ip, prefix);
        let whole = if ip.is_ipv4() { 31 } else { 127 };
        if prefix < whole && ip == net.network() {
            return Err(format!("`{text}` is a network: write the host's own address in it"));
        }
        if ip.is_ipv4() && prefix < whole && ip == net.broadcast() {
            return Err(format!(
                "`{text}` is the broadcast address of its network: write the host's own address"
            ));
        }
        Ok(Self {
            ip,
            prefix: Some(prefix),
        })
    }
}

fn parse_prefix(ip: IpAddr, digits: &str) -> Option<u8> {
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits
        .parse()
        .ok()
        .filter(|prefix| plain && (1..=longest).contains(prefix))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            None => self.ip.fmt(f),
            Some(prefix) => write!(f, "{}/{prefix}", self.ip),
        }
    }
}

/// A network, or one address as the network that holds only it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

string_unit!(
    Cidr,
    "cidr",
    Some(r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"),
    "A network as address/prefix; an address alone means only that one.",
    ["198.51.100.0/24", "198.51.100.7", "2001:db8::/32"]
);

impl Cidr {
    pub fn net(self) -> IpNet {
        self.0
    }

    pub fn contains(self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }
}

impl From<IpAddr> for Cidr {
    fn from(ip: IpAddr) -> Self {
        Self(IpNet::from(ip))
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a network: write it as 198.51.100.0/24, or an address alone");
        let (ip, prefix) = text
            .split_once('/')
            .map_or((text, None), |(ip, prefix)| (ip, Some(prefix)));
        let ip: IpAddr = ip.parse().map_err(|_| wrong())?;
        let Some(prefix) = prefix else {
            return Ok(ip.into());
        };
        let longest = if ip.is_ipv4() { 32 } else { 128 };
        let plain = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix: u8 = prefix
            .parse()
            .ok()
            .filter(|prefix| plain && *prefix <= longest)
            .ok_or_else(wrong)?;
        let net = IpNet::new_assert(ip, prefix);
        if net.trunc() != net {
            return Err(format!(
                "`{text}` is an address inside a network: write {} for the network, or {ip} for the address",
                net.trunc()
            ));
        }
        Ok(Self(net))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

/// Somebody whose word on the client's address is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrustedProxy {
    /// The published networks of Cloudflare.
    Cloudflare,
    Network(Cidr),
}

string_unit!(
    TrustedProxy,
    "trusted-proxy",
    Some(r"^(cloudflare|[0-9a-fA-F:.]+(/[0-9]{1,3})?)$"),
    "A network, or `cloudflare` for the published networks of Cloudflare.",
    ["cloudflare", "198.51.100.0/24"]
);

impl FromStr for TrustedProxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "cloudflare" {
            return Ok(Self::Cloudflare);
        }
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(':') {
            return Err(format!(
                "`{text}` is no proxy whose networks are known: write cloudflare, or networks"
            ));
        }
        text.parse().map(Self::Network)
    }
}

impl fmt::Display for TrustedProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cloudflare => f.write_str("cloudflare"),
            Self::Network(network) => network.fmt(f),
        }
    }
}

checked_text! {
    /// Where a route listens instead of everywhere: an address of the host, or the name of a network.
    ListenOn: "listen", Some(r"^([a-z][a-z0-9-]*|[0-9a-f:.]+)$"), ["127.0.0.1", "10.0.0.2"], check_listen
}

impl ListenOn {
    /// The address, unless a network is named.
    pub fn ip(&self) -> Option<IpAddr> {
        self.as_str().parse().ok()
    }
}

fn check_listen(text: &str) -> Result<(), String> {
    if text.parse::<IpAddr>().is_ok() || text.parse::<Name>().is_ok() {
        return Ok(());
    }
    Err(format!(
        "`{text}` is neither an address nor the name of a network: write it as 10.0.0.2 or wg0"
    ))
}

checked_text! {
    /// The name of a network and of its interface: lower-case letters, digits and dashes, 15 characters at most.
    InterfaceName: "interface-name", Some("^[a-z][a-z0-9-]{0,14}$"), ["private", "wg0"], check_interface
}

/// The kernel's limit is 15 bytes; what begins as a system's own interfaces do could take the place of one.
fn check_interface(text: &str) -> Result<(), String> {
    text.parse::<Name>()?;
    if text.len() > 15 {
        return Err(format!(
            "`{text}` is too long: an interface has this name, and the kernel takes 15 characters"
        ));
    }
    let system = ["br-", "docker", "en", "eth", "lo", "veth", "virbr", "wl", "ww"];
    let digit = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || "psox-".contains(c));
    if text == "all" || text == "default" || system.iter().any(|start| text.strip_prefix(start).is_some_and(digit)) {
        return Err(format!(
            "`{text}` is what a system may call an interface of its own: choose another name, such as private or wg0"
        ));
    }
    Ok(())
}

checked_text! {
    /// A public key of WireGuard: 32 bytes in base64.
    WireGuardKey: "wireguard-key", Some("^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"),
    ["xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="], check_wireguard_key
}

fn check_wireguard_key(text: &str) -> Result<(), String> {
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    // Of the last character only the upper four bits belong to the 32 bytes.
    let whole = text
        .strip_suffix('=')
        .filter(|key| key.len() == 43 && key.chars().all(base64));
    if whole.is_some_and(|key| key.ends_with(|c: char| "AEIMQUYcgkosw048".contains(c))) {
        return Ok(());
    }
    Err("this is no public key of WireGuard, which has 44 characters and ends with `=`: copy what `wg pubkey` or `install.sh --public-keys` prints".into())
}
