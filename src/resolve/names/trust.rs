//! The proxies in front of the web server, whose word it takes for a visitor's address.

use crate::manifest::values::TrustedProxy;

/// Cloudflare's published networks, as of 2025.
const CLOUDFLARE: [&str; 22] = [
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
];

/// Where they come from.
pub(super) fn networks(proxy: &TrustedProxy) -> Vec<ipnet::IpNet> {
    match proxy {
        TrustedProxy::Cloudflare => CLOUDFLARE.iter().map(|net| net.parse().expect("a network")).collect(),
        TrustedProxy::Network(network) => vec![network.net()],
    }
}

/// The header that names the visitor: Cloudflare's own cannot be lengthened on the way.
pub(super) fn header(proxies: &[TrustedProxy]) -> &'static str {
    if proxies.contains(&TrustedProxy::Cloudflare) {
        "CF-Connecting-IP"
    } else {
        "X-Forwarded-For"
    }
}
