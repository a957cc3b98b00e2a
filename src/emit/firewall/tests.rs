use super::*;
use crate::site::{Ssh, fixture};

fn opening(comment: &str, protocol: Protocol, ports: (u16, u16), from: &[&str], limit: bool) -> Opening {
    Opening {
        origin: fixture::at("/services/x"),
        comment: comment.into(),
        protocol,
        ports,
        from: from.iter().map(|net| net.parse().unwrap()).collect(),
        interface: None,
        limit,
    }
}

fn host() -> Host {
    let mut host = fixture::host("vps");
    host.hardening.firewall = true;
    host.openings = vec![
        opening("HTTPS", Protocol::Tcp, (443, 443), &[], false),
        opening("", Protocol::Udp, (443, 443), &[], false),
        opening("relay (it)", Protocol::Udp, (49160, 49200), &[], false),
        opening("db from app", Protocol::Tcp, (5432, 5432), &["10.0.0.3/32"], false),
        opening("", Protocol::Tcp, (2222, 2222), &["198.51.100.7/24"], false),
        opening("", Protocol::Tcp, (2223, 2223), &["198.51.100.0/24"], true),
        opening("", Protocol::Tcp, (5432, 5432), &["2001:db8::/32"], false),
        opening("again", Protocol::Tcp, (22, 22), &[], false),
        Opening {
            interface: Some("private".into()),
            ..opening("db over tunnel", Protocol::Tcp, (5433, 5433), &["10.0.0.3/32"], false)
        },
    ];
    host
}

fn content(emission: &Emission, path: &str) -> String {
    emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == path)
        .expect(path)
        .content
        .clone()
}

/// The files in `samples/` are ufw's own, after `ufw limit 22/tcp comment SSH` and so on for the openings above.
#[test]
fn the_rules_are_what_ufw_writes_itself() {
    let emission = emit(&fixture::site(), &host());
    assert_eq!(
        content(&emission, "/etc/ufw/user.rules"),
        include_str!("samples/user.rules")
    );
    assert_eq!(
        content(&emission, "/etc/ufw/user6.rules"),
        include_str!("samples/user6.rules")
    );
}

#[test]
fn sshd_is_open_first_where_the_manifest_has_it() {
    let mut host = host();
    host.hardening.ssh = Some(Ssh {
        origin: fixture::at("/hardening/ssh"),
        port: 2022,
        max_auth_tries: 3,
        login_grace_time: 30,
        from: vec!["198.51.100.0/24".parse().unwrap()],
    });
    let emission = emit(&fixture::site(), &host);
    let rules = content(&emission, "/etc/ufw/user.rules");
    let first = rules.lines().find(|line| line.starts_with("### tuple")).unwrap();
    assert_eq!(
        first,
        "### tuple ### limit tcp 2022 0.0.0.0/0 any 198.51.100.0/24 in comment=535348"
    );
    assert!(!content(&emission, "/etc/ufw/user6.rules").contains(" 2022 "));
}

#[test]
fn published_ports_of_containers_need_an_opening_too() {
    let mut host = host();
    assert!(!content(&emit(&fixture::site(), &host), "/etc/ufw/after.rules").contains("DOCKER"));
    host.containers.push(fixture::container("cache"));
    for (path, from) in [
        ("/etc/ufw/after.rules", " -s 10.0.0.3"),
        ("/etc/ufw/after6.rules", " -s 2001:db8::/32"),
    ] {
        let rules = content(&emit(&fixture::site(), &host), path);
        let allow = format!(
            "-A DOCKER-USER -p tcp{from} -m conntrack --ctstate DNAT --ctdir ORIGINAL --ctorigdstport 5432 -j RETURN\n"
        );
        let drop = "-A DOCKER-USER -o br-+ -j DROP\n";
        assert!(rules.find(&allow).unwrap() < rules.find(drop).unwrap(), "{rules}");
    }
}

#[test]
fn a_host_without_firewall_has_none() {
    let mut host = host();
    host.hardening.firewall = false;
    assert!(emit(&fixture::site(), &host).artifacts.is_empty());
}
