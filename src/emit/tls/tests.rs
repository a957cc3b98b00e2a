use super::*;
use crate::site::fixture::{at, host, site};

fn certificate(name: &str, issuer: Issuer) -> Certificate {
    Certificate {
        name: name.into(),
        origin: at("/tls"),
        names: vec![name.into(), format!("*.{name}")],
        issuer,
        used_by: vec!["nginx".into()],
        readers: Vec::new(),
    }
}
fn acme(challenge: Challenge) -> Issuer {
    Issuer::Acme {
        directory: "https://pebble.test:14000/dir".into(),
        challenge,
    }
}

fn emitted() -> Emission {
    let mut host = host("vps");
    host.certificates = vec![
        certificate("acme.example", acme(Challenge::Dns01)),
        certificate("inside.example", Issuer::Internal),
        Certificate {
            names: vec!["plain.acme.example".into()],
            ..certificate("plain.acme.example", acme(Challenge::Http01))
        },
    ];
    (EMITTER.emit)(&site(), &host)
}

#[test]
fn zz_dump() {
    for artifact in emitted().artifacts {
        for name in ["bookworm", "trixie"] {
            let path = format!("/tmp/edgework/out-{name}{}", artifact.path);
            std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
            std::fs::write(path, &artifact.content).unwrap();
        }
    }
    println!("{:?}", emitted().actions);
}
