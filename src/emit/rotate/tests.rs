use super::*;
use crate::site::{SecretSource, fixture};

fn secret(name: &str, rotation: Rotation) -> Secret {
    Secret {
        name: name.into(),
        origin: Pointer::root().child("secrets").child(name),
        source: SecretSource::Generated("length=32,charset=url-safe".into()),
        hosts: vec!["vps".into()],
        users: vec!["services.api".into(), "services.web".into()],
        made_on: None,
        rotate: Some(Span {
            seconds: 86_400,
            text: "1d".into(),
        }),
        rotation,
    }
}

fn emitted(secrets: Vec<Secret>) -> Emission {
    let mut site = fixture::site();
    site.secrets = secrets;
    emit(&site, &fixture::host("vps"))
}

#[test]
fn a_secret_is_a_line_and_what_it_was_is_none() {
    let overlap = Rotation::Overlap(Span {
        seconds: 3600,
        text: "1h".into(),
    });
    let before = Secret {
        source: SecretSource::Previous("jwt".into()),
        ..secret("jwt.previous", Rotation::Replace)
    };
    let emission = emitted(vec![
        secret("db", Rotation::Replace),
        secret("jwt", overlap),
        before,
        secret("key", Rotation::Elsewhere("by\ta\nfriend".into())),
    ]);
    let lines: Vec<&str> = emission.artifacts[0]
        .content
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(
        lines,
        [
            "db\treplace\t86400\t-\tvps\t-\tservices.api,services.web\t-",
            "jwt\toverlap\t86400\t3600\tvps\tvps\tservices.api,services.web\t-",
            "key\telsewhere\t86400\t-\tvps\t-\tservices.api,services.web\tby a friend",
        ]
    );
    assert_eq!(emission.artifacts[1].path, "/usr/local/sbin/acme-rotate-secret");
}

#[test]
fn a_host_without_secrets_has_nothing_to_replace() {
    assert!(emitted(Vec::new()).artifacts.is_empty());
}

#[test]
fn the_program_itself_holds_none() {
    let emission = emitted(vec![secret("db", Rotation::Replace)]);
    assert!(emission.artifacts.iter().all(|artifact| !artifact.needs_secrets()));
}
