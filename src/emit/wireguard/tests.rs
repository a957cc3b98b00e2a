use super::*;
use crate::site::fixture;

fn tunnel() -> Tunnel {
    let peer = |name: &str, key: Option<&str>, address: &str| TunnelPeer {
        name: name.into(),
        origin: fixture::at("/hosts").child(name),
        is_host: true,
        public_key: key.map(str::to_owned),
        address: address.parse().unwrap(),
        endpoint: None,
        keepalive: None,
    };
    Tunnel {
        name: "private".into(),
        origin: fixture::at("/networks/private/wireguard"),
        address: "10.8.0.1/24".parse().unwrap(),
        port: 51820,
        mtu: None,
        key: "wireguard.private.vps".into(),
        public_key: None,
        peers: vec![
            TunnelPeer {
                endpoint: Some("[2001:db8::2]:51820".parse().unwrap()),
                keepalive: Some(25),
                ..peer("vps2", Some("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="), "10.8.0.2")
            },
            peer("vps3", None, "10.8.0.3"),
            peer("vps4", Some("HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="), "fd00::4"),
        ],
    }
}

fn emission(tunnel: Tunnel) -> Emission {
    let mut host = fixture::host("vps");
    host.units.push(fixture::unit("acme-api"));
    host.enabled.push(EnabledUnit {
        name: "postgresql@15-main.service".into(),
        order: order::DATABASE,
    });
    host.tunnels.push(tunnel);
    emit(&fixture::site(), &host)
}

#[test]
fn a_peer_without_a_key_is_left_out_and_named() {
    let emission = emission(tunnel());
    let file = &emission.artifacts[0];
    assert_eq!((file.path.as_str(), file.mode), ("/etc/wireguard/private.conf", 0o600));
    assert_eq!(
        file.content,
        "# Made by Sitewright from the site's manifest: change that, not this file.
[Interface]
PrivateKey = {{secret:wireguard.private.vps:raw}}
Address = 10.8.0.1/24
ListenPort = 51820

# vps2
[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
AllowedIPs = 10.8.0.2/32
Endpoint = [2001:db8::2]:51820
PersistentKeepalive = 25

# vps3 is left out: the manifest does not know its public key yet.

# vps4
[Peer]
PublicKey = HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=
AllowedIPs = fd00::4/128
"
    );
}

#[test]
fn what_listens_in_a_tunnel_starts_after_it() {
    let emission = emission(tunnel());
    let drop_in = &emission.artifacts[1].content;
    for unit in [
        "postgresql@15-main.service",
        "acme-api@3001.service",
        "docker.service",
        "nginx.service",
    ] {
        assert!(drop_in.contains(unit), "{drop_in}");
    }
}

#[test]
fn another_address_or_packet_size_makes_the_interface_anew() {
    let run = |tunnel| emission(tunnel).actions[0].run.clone().unwrap();
    assert!(run(tunnel()).contains("grep -qF ' 10.8.0.1/24 '; then systemctl reload wg-quick@private.service"));
    let sized = Tunnel {
        mtu: Some(1380),
        ..tunnel()
    };
    assert!(run(sized).contains("/sys/class/net/private/mtu)\" = 1380 ]; then systemctl reload"));
}

#[test]
fn a_host_without_tunnels_has_nothing_of_it() {
    let emission = emit(&fixture::site(), &fixture::host("vps"));
    assert!(emission.artifacts.is_empty() && emission.packages.is_empty());
}
