use super::*;
use crate::site::{Check, Probe, Text, Watch, fixture};

#[test]
fn probes_are_lines_of_six_fields() {
    let mut host = fixture::host("vps");
    let probe = |name: &str, check| Probe {
        name: name.into(),
        origin: fixture::at("/services").child(name),
        check,
    };
    host.probes = vec![
        probe("nginx", Check::Unit("nginx.service".into())),
        probe(
            "api@3000",
            Check::Http {
                url: "http://127.0.0.1:3000/healthz".into(),
                host: None,
            },
        ),
        probe("tab", Check::Command("printf 'a\tb'".into())),
    ];
    let emission = emit(&fixture::site(), &host);
    let data = &emission.artifacts[0];
    assert_eq!(data.path, "/etc/acme/health.tsv");
    let lines: Vec<_> = data.content.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "nginx\tunit\tnginx.service\t-\t-\t-",
            "api@3000\thttp\thttp://127.0.0.1:3000/healthz\t-\t-\t-",
            "tab\tcommand\tprintf 'a b'\t-\t-\t-",
        ]
    );
    assert_eq!(emission.artifacts[1].path, "/usr/local/sbin/acme-health-check");
    assert_eq!(emission.artifacts[1].mode, 0o755);
}

#[test]
fn what_waits_for_a_release_says_so() {
    let mut host = fixture::host("vps");
    let mut unit = fixture::unit("acme-api");
    unit.instances = vec!["3000".into(), "3001".into()];
    unit.ports = vec![3000, 3001];
    unit.needs_path = Some("/opt/acme/api/current".into());
    host.units = vec![unit];
    let probe = |check| Probe {
        name: "api".into(),
        origin: fixture::at("/services/api"),
        check,
    };
    host.probes = vec![
        probe(Check::Unit("acme-api@3001.service".into())),
        probe(Check::Http {
            url: "http://127.0.0.1:3000/".into(),
            host: None,
        }),
        probe(Check::Tcp {
            address: "127.0.0.1".into(),
            port: 3002,
        }),
    ];
    let content = emit(&fixture::site(), &host).artifacts[0].content.clone();
    let waits: Vec<_> = content
        .lines()
        .skip(1)
        .filter_map(|line| line.rsplit('\t').next())
        .collect();
    assert_eq!(waits, ["/opt/acme/api/current", "/opt/acme/api/current", "-"]);
}

#[test]
fn a_watched_host_asks_itself_by_the_clock() {
    let mut host = fixture::host("vps");
    assert!(emit(&fixture::site(), &host).enabled.is_empty());
    host.watch = Some(Watch {
        origin: fixture::at("/monitoring"),
        every: 300,
        failures: 2,
        notify: vec!["ops".into(), "mail".into()],
        heartbeat: Some(Text::literal("https://hc-ping.example.net/%h")),
    });
    let emission = emit(&fixture::site(), &host);
    let content = |path: &str| {
        let artifact = emission.artifacts.iter().find(|artifact| artifact.path == path);
        artifact.expect(path).content.clone()
    };
    let service = content("/etc/systemd/system/acme-health-watch.service");
    assert!(
        service.contains("\nExecStart=/usr/local/lib/acme/health-watch 2 --heartbeat ops mail\n"),
        "{service}"
    );
    assert!(content("/etc/systemd/system/acme-health-watch.timer").contains("\nOnUnitActiveSec=300s\n"));
    assert_eq!(emission.enabled[0].name, "acme-health-watch.timer");
}
