//! Addresses, networks and names in the domain name system.

use super::{refuses, takes};
use crate::manifest::values::*;

#[test]
fn addresses() {
    takes(
        "address",
        &[
            "203.0.113.10",
            "10.0.0.2/24",
            "2001:db8::10",
            "2001:db8::10/64",
            "10.0.0.0/31",
        ],
    );
    refuses(
        "address",
        &[
            ("203.0.113", "not an address"),
            ("example.org", "not an address"),
            ("10.0.0.0/24", "is a network"),
            ("10.0.0.255/24", "broadcast"),
            ("10.0.0.2/33", "prefix length"),
            ("10.0.0.2/", "prefix length"),
            ("10.0.0.2/+8", "prefix length"),
            ("127.0.0.1", "cannot be the address of a host"),
            ("0.0.0.0", "cannot be the address of a host"),
            ("224.0.0.1", "cannot be the address of a host"),
            ("203.0.113.010", "not an address"),
        ],
    );
    takes(
        "cidr",
        &["198.51.100.0/24", "198.51.100.7", "2001:db8::/32", "0.0.0.0/0", "::1"],
    );
    refuses(
        "cidr",
        &[
            ("198.51.100.7/24", "write 198.51.100.0/24"),
            ("10/8", "not a network"),
            ("any", "not a network"),
        ],
    );
    takes("trusted-proxy", &["cloudflare", "198.51.100.0/24", "fd00::/8"]);
    refuses(
        "trusted-proxy",
        &[
            ("fastly", "no proxy whose networks are known"),
            ("1.2.3.4/8", "inside a network"),
        ],
    );
    takes("listen", &["wg0", "10.0.0.2", "::1"]);
    refuses("listen", &[("wg0;", "neither")]);
    takes(
        "interface-name",
        &["private", "wg0", "long-name", "event", "people-and-all1"],
    );
    refuses(
        "interface-name",
        &[
            ("eth0", "of its own"),
            ("enp3s0", "of its own"),
            ("br-people", "of its own"),
            ("lo", "of its own"),
            ("all", "of its own"),
            ("people-and-all-1", "15 characters"),
            ("Wg0", "capitals"),
        ],
    );
    takes("wireguard-key", &["xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="]);
    refuses(
        "wireguard-key",
        &[
            ("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg", "no public key"),
            ("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dh=", "no public key"),
            ("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8 g=", "no public key"),
        ],
    );
    assert_eq!(
        "198.51.100.7".parse::<Cidr>().map(|net| net.net().to_string()),
        Ok("198.51.100.7/32".into())
    );
    assert!(
        "100.64.0.1"
            .parse::<Address>()
            .is_ok_and(|address| address.is_private())
    );
    let network = "10.0.0.2/24"
        .parse::<Address>()
        .map(|address| address.network().map(|net| net.to_string()));
    assert_eq!(network, Ok(Some("10.0.0.0/24".into())));
}

#[test]
fn domain_names() {
    takes(
        "domain",
        &["acme.example", "domain.local", "xn--bcher-kva.example", "4chan.org"],
    );
    refuses(
        "domain",
        &[
            ("acme.example.", "without a trailing dot"),
            ("https://acme.example", "the domain alone"),
            ("203.0.113.10", "IP address"),
            ("Acme.example", "lower case"),
            ("bücher.example", "punycode"),
            ("-a.example", "dash"),
            ("a..example", "empty label"),
            ("a_b.example", "`_` cannot stand"),
            ("a b", "` ` cannot stand"),
            ("a\n.example", "`\\n` cannot stand"),
            ("", "cannot be empty"),
        ],
    );
    takes("host-name", &["@", "*", "www", "*.shop", "shop.example.org.", "a.b.c"]);
    refuses(
        "host-name",
        &[
            ("www.*", "first label"),
            ("**", "first label"),
            ("_dmarc", "`_`"),
            (".", "empty"),
            ("10.0.0.1", "IP address"),
        ],
    );
    takes("record-name", &["@", "_dmarc", "_xmpp-server._tcp", "*"]);
    takes(
        "server-name",
        &["smtp.example.net", "10.9.0.5", "2001:db8::5", "localhost"],
    );
    takes("registry", &["ghcr.io", "localhost:5000", "10.0.0.1:5000"]);
    refuses(
        "registry",
        &[
            ("ghcr.io/acme", "`/` cannot stand"),
            ("ghcr.io:0", "not a registry"),
            ("https://ghcr.io", "not a registry"),
        ],
    );
    let domain: Domain = "acme.example".parse().expect("a domain");
    let whole = |name: &str| name.parse::<HostName>().expect("a name").within(&domain);
    assert_eq!(
        ["@", "www", "*", "a.example.org."].map(whole),
        ["acme.example", "www.acme.example", "*.acme.example", "a.example.org"]
    );
}

#[test]
fn zone_data() {
    takes("dns-mx", &["10 mail.example.net.", "10 mail", "0 ."]);
    refuses(
        "dns-mx",
        &[
            ("mail.example.net.", "priority and name"),
            ("10 203.0.113.1", "A or AAAA"),
            ("70000 mail", "priority"),
            ("10 a b", "priority"),
        ],
    );
    takes("dns-srv", &["10 5 5222 xmpp", "0 0 0 ."]);
    refuses("dns-srv", &[("10 5222 xmpp", "priority, weight, port")]);
    takes(
        "dns-caa",
        &["0 issue \"letsencrypt.org\"", "128 iodef \"mailto:ops@acme.example\""],
    );
    refuses(
        "dns-caa",
        &[
            ("0 issue letsencrypt.org", "0 issue \"letsencrypt.org\""),
            ("0 owns \"x\"", "CAA"),
            ("0 issue \"a\"b\"", "CAA"),
        ],
    );
    takes("dns-txt", &["v=spf1 mx -all", "with \"quotes\" inside"]);
    refuses("dns-txt", &[("\"v=spf1\"", "without quotes"), ("a\nb", "line break")]);
    takes("dns-name", &["@", "mail", "mail.example.net.", "_a.b"]);
    refuses("dns-name", &[("203.0.113.1", "A or AAAA")]);
}
