//! IP addresses, by who reaches them.

use std::net::IpAddr;

/// Not of a network that only its own hosts reach (RFC 1918, 4193, 6598) or that is the host itself.
pub(super) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && second & 0xc0 == 64;
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared)
        }
        IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local()),
    }
}
