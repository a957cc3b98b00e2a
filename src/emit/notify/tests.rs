use super::*;
use crate::site::{Smtp, Text, Watch, fixture};

fn watched() -> (Site, Host) {
    let mut site = fixture::site();
    let mut channels = ["hook", "mail", "ops", "unused"].map(fixture::channel);
    channels[0].target = ChannelTarget::Webhook {
        url: Text::literal("https://hooks.example.net/{a}"),
    };
    channels[1].target = ChannelTarget::Email {
        to: vec!["ops@acme.example".into(), "marie@acme.example".into()],
        from: "acme@acme.example".into(),
        smtp: Some(Smtp {
            implicit_tls: false,
            host: "smtp.example.net".into(),
            port: 587,
            user: Some("acme".into()),
            password: Some("smtp".into()),
        }),
    };
    site.channels = channels.into();
    let mut host = fixture::host("vps");
    host.watch = Some(Watch {
        origin: fixture::at("/monitoring"),
        every: 120,
        failures: 3,
        notify: ["hook", "mail", "ops"].map(str::to_owned).into(),
        heartbeat: Some(Text::secret("heartbeat")),
    });
    (site, host)
}

fn content<'a>(emission: &'a Emission, path: &str) -> &'a str {
    &emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == path)
        .expect(path)
        .content
}

#[test]
fn channels_are_records_and_secrets_placeholders_in_files_of_root() {
    let (site, host) = watched();
    let emission = emit(&site, &host);
    let records: Vec<_> = content(&emission, "/etc/acme/notify/channels.tsv")
        .lines()
        .skip(1)
        .collect();
    assert_eq!(
        records,
        [
            "host\tproduction.vps\tvps",
            "channel\thook\twebhook",
            "channel\tmail\temail",
            "channel\tops\tslack",
        ]
    );
    assert!(content(&emission, "/etc/acme/notify/ops.curl").contains("\nurl = \"{{secret:ops_webhook:conf}}\"\n"));
    assert!(content(&emission, "/etc/acme/notify/hook.curl").starts_with("globoff\n"));
    assert!(
        content(&emission, "/etc/acme/notify/heartbeat.health.curl").contains("url = \"{{secret:heartbeat:conf}}\"\n")
    );
    for artifact in &emission.artifacts {
        let program = artifact.path == "/usr/local/sbin/acme-notify";
        assert_eq!(artifact.mode, if program { 0o755 } else { 0o600 }, "{}", artifact.path);
        assert!(!artifact.path.contains("unused"), "{}", artifact.path);
    }
}

#[test]
fn mail_is_encrypted_however_the_server_begins() {
    let (mut site, host) = watched();
    let mail = |site: &Site| content(&emit(site, &host), "/etc/acme/notify/mail.curl").to_owned();
    let begins_clear = mail(&site);
    assert!(
        begins_clear.starts_with("ssl-reqd\ncrlf\nurl = \"smtp://smtp.example.net:587\"\n"),
        "{begins_clear}"
    );
    assert!(begins_clear.contains("user = \"acme:{{secret:smtp:conf}}\"\n"));
    assert_eq!(begins_clear.matches("mail-rcpt = ").count(), 2);
    let ChannelTarget::Email { smtp: Some(smtp), .. } = &mut site.channels[1].target else {
        panic!("the fixture has a mail server");
    };
    smtp.implicit_tls = true;
    assert!(mail(&site).contains("url = \"smtps://smtp.example.net:587\"\n"));
}

#[test]
fn nobody_to_tell_needs_no_program() {
    let (site, mut host) = watched();
    host.watch = None;
    assert!(emit(&site, &host).artifacts.is_empty());
}
