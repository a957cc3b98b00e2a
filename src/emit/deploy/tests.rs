use super::*;
use crate::site::{Check, Directory, Instance, Migration, Pointer, Probe, Release, Service, fixture};

fn service() -> Service {
    let instance = |port: u16| Instance {
        host: "vps".into(),
        handle: format!("acme-api@{port}.service"),
        port: Some(port),
        memory: None,
        cpus: None,
        stop_first: false,
    };
    Service {
        name: "api".into(),
        origin: fixture::at("/services/api"),
        kind: "app",
        runtime: "systemd",
        hosts: vec!["vps".into()],
        instances: vec![instance(3000), instance(3001)],
        stateful: false,
        release: Some(Release {
            dir: "/opt/acme/api".into(),
            keep: 5,
        }),
        migration: Some(Migration {
            host: "vps".into(),
            handle: "acme-api-migrate.service".into(),
        }),
        image: None,
        variables: Vec::new(),
        sender: None,
        version: None,
        data: Vec::new(),
        configuration: None,
    }
}

fn host() -> Host {
    let origin: Pointer = fixture::at("/services/api");
    let mut host = fixture::host("vps");
    host.directories.push(Directory {
        path: "/opt/acme/api".into(),
        origin: origin.clone(),
        owner: "root".into(),
        group: "root".into(),
        mode: 0o755,
    });
    host.probes.push(Probe {
        name: "api@3000".into(),
        origin,
        check: Check::Http {
            url: "http://127.0.0.1:3000/healthz".into(),
            host: None,
        },
    });
    host
}

fn lines(emission: &Emission) -> Vec<&str> {
    let plan = &emission.artifacts[0].content;
    plan.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn a_probe_asks_whichever_instance_is_tried() {
    let mut site = fixture::site();
    site.services = vec![service()];
    assert_eq!(
        lines(&emit(&site, &host())),
        [
            "service\tapi\t/opt/acme/api\t5",
            "migration\tapi\tacme-api-migrate.service",
            "instance\tapi\tacme-api\t3000\trolling\thttp\thttp://127.0.0.1:%i/healthz\t-",
            "instance\tapi\tacme-api\t3001\trolling\t-\t-\t-",
        ]
    );
}

#[test]
fn nothing_is_deployed_where_its_folder_is_not() {
    let mut site = fixture::site();
    site.services = vec![service()];
    assert!(emit(&site, &fixture::host("vps")).artifacts.is_empty());
}
