use super::*;
use crate::site::{
    Balance, Check, Container, Directory, Healthcheck, Instance, Link, Migration, Pointer, Probe, Release, Service,
    Upstream, UpstreamServer, fixture,
};

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
        replication: None,
        failover: None,
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

fn two_containers() -> (Site, Host) {
    let mut site = fixture::site();
    let mut service = service();
    (service.release, service.runtime) = (None, "container");
    service.migration = Some(Migration {
        host: "vps".into(),
        handle: "api-migrate".into(),
    });
    for (instance, name) in service.instances.iter_mut().zip(["api-1", "api-2"]) {
        instance.handle = name.into();
    }
    site.services = vec![service];
    let mut host = fixture::host("vps");
    host.containers = ["api-1", "api-2"].map(container).into();
    site.hosts = vec![host.clone()];
    (site, host)
}

#[test]
fn images_go_by_their_tag_and_one_of_each_process_is_tried() {
    let (mut site, mut host) = two_containers();
    assert_eq!(
        lines(&emit(&site, &host)),
        [
            "image\tapi\tghcr.io:5000/acme/api\tAPI_IMAGE_1\tghcr.io:5000/acme/api:1.4.0\t5",
            "migration\tapi\tapi-migrate",
            "container\tapi\tapi-1\trolling\t3000\t-\ttry",
            "container\tapi\tapi-2\trolling\t3001\t-\t-",
        ]
    );
    // With no other instance there is nobody who could answer meanwhile.
    host.containers.truncate(1);
    site.hosts = vec![host.clone()];
    assert_eq!(
        lines(&emit(&site, &host))[2],
        "container\tapi\tapi-1\trolling\t-\t-\ttry"
    );
}

fn container(name: &str) -> Container {
    let mut container = fixture::container(name);
    container.service = "api".into();
    container.origin = fixture::at("/services/api");
    container.image = "ghcr.io:5000/acme/api:1.4.0".into();
    container.image_variable = Some("API_IMAGE_1".into());
    container.healthcheck = Some(Healthcheck {
        command: vec!["true".into()],
        interval: 10,
        timeout: 5,
        start_period: 30,
        retries: 3,
    });
    container
}

#[test]
fn a_web_server_in_a_container_enters_by_the_port_inside() {
    let (site, mut host) = two_containers();
    let server = |address: &str| UpstreamServer {
        address: address.into(),
        weight: 1,
    };
    let mut ingress = fixture::ingress();
    ingress.upstreams = vec![Upstream {
        name: "api".into(),
        origin: fixture::at("/services/api"),
        servers: vec![server("api-1:8080"), server("api-2:8080")],
        balance: Balance::LeastConn,
    }];
    host.ingress = Some(ingress);
    let emission = emit(&site, &host);
    assert_eq!(lines(&emission)[2], "container\tapi\tapi-1\trolling\t3000\t8080\ttry");
}

#[test]
fn what_is_used_is_made_anew_before_its_users() {
    let (mut site, mut host) = two_containers();
    let mut user = site.services[0].clone();
    "a".clone_into(&mut user.name);
    "a".clone_into(&mut user.instances[0].handle);
    user.instances.truncate(1);
    site.services.insert(0, user);
    host.containers.push(Container {
        service: "a".into(),
        ..container("a")
    });
    site.hosts = vec![host.clone()];
    let containers = |site: &Site| -> Vec<String> {
        let emission = emit(site, &host);
        let lines = lines(&emission)
            .into_iter()
            .filter(|line| line.starts_with("container\t"));
        lines
            .filter_map(|line| line.split('\t').nth(2))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(containers(&site), ["a", "api-1", "api-2"]);
    site.links = vec![Link {
        from: "a".into(),
        to: "api".into(),
        origin: fixture::at("/services/a/uses/api"),
        protocol: "http",
        pool: None,
        exports: Vec::new(),
    }];
    assert_eq!(containers(&site), ["api-1", "api-2", "a"]);
}
