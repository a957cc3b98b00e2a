//! A small site for the tests of emitters.

use super::*;

/// The site `acme` with one admin and no host.
pub(crate) fn site() -> Site {
    Site {
        name: "acme".into(),
        environment: "production".into(),
        domain: "acme.example".into(),
        contact: "ops@acme.example".into(),
        timezone: "Europe/Paris".into(),
        admins: vec![Admin {
            name: "marie".into(),
            origin: at("/admins/marie"),
            keys: vec![
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj marie@laptop".into(),
            ],
            sudo: true,
        }],
        ..Site::default()
    }
}

/// A Debian 12 host with nothing on it.
pub(crate) fn host(name: &str) -> Host {
    Host {
        public: vec!["203.0.113.10".parse().unwrap()],
        private: None,
        cpus: 4,
        memory: 8 << 30,
        disk: 100 << 30,
        ..Host::bare(name, at("/hosts").child(name), Os::Debian12)
    }
}

/// A place of the manifest.
pub(crate) fn at(pointer: &str) -> Pointer {
    pointer.parse().unwrap()
}

/// A channel of Slack, whose secret is called after it.
pub(crate) fn channel(name: &str) -> Channel {
    Channel {
        name: name.into(),
        origin: at("/notify").child(name),
        target: ChannelTarget::Slack {
            webhook: format!("{name}_webhook"),
        },
    }
}

/// A container that does nothing.
pub(crate) fn container(name: &str) -> Container {
    Container {
        name: name.into(),
        service: name.into(),
        origin: at("/services").child(name),
        image: format!("{name}:1"),
        image_variable: None,
        command: Vec::new(),
        entrypoint: Vec::new(),
        environment: Vec::new(),
        environment_file: None,
        ports: Vec::new(),
        mounts: Vec::new(),
        networks: Vec::new(),
        host_network: false,
        healthcheck: None,
        depends_on: Vec::new(),
        user: None,
        read_only: true,
        tmpfs: Vec::new(),
        capabilities: Vec::new(),
        memory: None,
        cpus: None,
        pids: None,
        shm: None,
        stop_grace: 10,
        secrets: Vec::new(),
        extra_hosts: Vec::new(),
        profile: None,
        settings: serde_json::Map::new(),
    }
}

/// A Node.js service with two instances, a secret and a release that it needs.
pub(crate) fn unit(name: &str) -> Unit {
    Unit {
        name: name.into(),
        origin: at("/services/api"),
        description: "api of acme".into(),
        instances: vec!["3000".into(), "3001".into()],
        kind: UnitKind::Service,
        user: name.into(),
        group: name.into(),
        working_directory: Some("/opt/acme/api/current".into()),
        command: vec!["/usr/bin/node".into(), "dist/main.js".into()],
        before_start: Vec::new(),
        environment: vec![("NODE_ENV".into(), "production".into())],
        instance_variable: Some("PORT".into()),
        environment_file: Some(EnvironmentFile {
            path: format!("/etc/acme/env/{name}.env"),
            variables: vec![Variable {
                name: "SESSION_KEY".into(),
                value: Text::secret("session_key"),
                origin: at("/services/api/env/SESSION_KEY"),
            }],
        }),
        credentials: Vec::new(),
        after: vec!["postgresql.service".into()],
        wants: vec!["postgresql.service".into()],
        memory: Some(1 << 30),
        cpus: Some(1.0),
        tasks: None,
        sandbox: Sandbox {
            writable: vec!["/var/lib/acme/api".into()],
            jit: true,
            ..Sandbox::default()
        },
        settings: Vec::new(),
        needs_path: Some("/opt/acme/api/current".into()),
        order: order::APPS,
        ports: vec![3000, 3001],
        calendar: Vec::new(),
    }
}

/// A web server with one rate zone and no server.
pub(crate) fn ingress() -> Ingress {
    Ingress {
        origin: at("/ingress"),
        worker_connections: 1024,
        trusted_proxies: Vec::new(),
        real_ip_header: "X-Forwarded-For".into(),
        content_security_policy: None,
        headers: Vec::new(),
        include: Vec::new(),
        access_log: true,
        log_buffer: None,
        error_pages: None,
        servers: Vec::new(),
        upstreams: Vec::new(),
        rates: vec![RateZone {
            name: "api".into(),
            origin: at("/routes"),
            rate: "10r/s".into(),
        }],
        caches: Vec::new(),
    }
}
