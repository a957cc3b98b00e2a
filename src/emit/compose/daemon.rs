//! The engine that runs the containers.

use serde_json::json;

use crate::emit::{Artifact, Emission};
use crate::render::escape::shell;
use crate::site::{Action, EnabledUnit, Encoding, Host, Package, Registry, Repository, Site, order, placeholder};

pub(super) const LOG_DRIVER: &str = "json-file";
pub(super) const LOG_OPTIONS: [(&str, &str); 2] = [("max-file", "5"), ("max-size", "10m")];

const PACKAGES: [&str; 4] = ["containerd.io", "docker-ce", "docker-ce-cli", "docker-compose-plugin"];

/// Before databases, as one may be a container: the engine's settings, the engine, its logins.
const SETTINGS: u16 = order::SYSTEM + 2;
const ENGINE: u16 = order::SYSTEM + 3;
const LOGIN: u16 = order::SYSTEM + 4;

pub(super) fn engine(site: &Site, host: &Host, emission: &mut Emission) {
    emission.packages.extend(PACKAGES.map(|name| Package {
        name: name.to_owned(),
        repository: Some(Repository::Docker),
    }));
    emission.artifacts.push(
        Artifact::new(super::NAME, "/etc/docker/daemon.json", settings())
            .from([host.origin.clone()])
            .triggers("docker"),
    );
    emission.actions.push(Action {
        name: "docker".to_owned(),
        order: SETTINGS,
        // Engines before 23 cannot check their settings.
        check: Some(
            "! dockerd --help 2>&1 | grep -q -e --validate || dockerd --validate --config-file /etc/docker/daemon.json"
                .to_owned(),
        ),
        run: Some("systemctl try-restart docker.service".to_owned()),
        effect: "restarts the container engine; containers go on running".to_owned(),
    });
    emission.enabled.push(EnabledUnit {
        name: "docker.service".to_owned(),
        order: ENGINE,
    });
    for registry in &host.registries {
        login(site, registry, emission);
    }
}

/// Containers survive a restart of the engine; a port published without an address, by hand, goes around the firewall, so
/// it is published on loopback; logs of containers that compose does not run end too.
fn settings() -> String {
    let options: std::collections::BTreeMap<&str, &str> = LOG_OPTIONS.into();
    let settings = json!({
        "ip": "127.0.0.1",
        "live-restore": true,
        "log-driver": LOG_DRIVER,
        "log-opts": options,
    });
    format!("{settings:#}\n")
}

/// The password reaches the engine through a file and a pipe, never on a command line.
fn login(site: &Site, registry: &Registry, emission: &mut Emission) {
    let action = format!("registry-{}", registry.host);
    let file = format!("{}/compose/registries/{}", site.etc(), registry.host);
    emission.actions.push(Action {
        name: action.clone(),
        order: LOGIN,
        check: None,
        run: Some(format!(
            "docker login --username {} --password-stdin {} <{}",
            shell(&registry.user),
            shell(&registry.host),
            shell(&file)
        )),
        effect: format!("logs in to {}", registry.host),
    });
    let password = placeholder(&registry.password, Encoding::Raw);
    emission.artifacts.push(
        Artifact::new(super::NAME, file, password)
            .mode(0o600)
            .from([registry.origin.clone()])
            .triggers(action),
    );
}
