//! Containers: one compose file a host, what its containers read, and the engine that runs them.
//!
//! Compose sees by itself that an image, a variable or a limit changed, but not what stands in a mounted file, and a container
//! keeps the file that was there when it was made. So every container carries a digest of its files as a label, and that of
//! the secrets in them: they change, the label changes, and compose makes the container anew.

mod daemon;
mod file;
mod service;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{Artifact, Emission, Emitter, Leaving};
use crate::site::{Action, Container, Directory, Encoding, Host, MIGRATE, Mount, Pointer, Site, order, placeholder};
use file::{Config, Ipam, Network, Project, SecretFile, Volume};

const NAME: &str = "compose";

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    if host.containers.is_empty() {
        return emission;
    }
    daemon::engine(site, host, &mut emission);
    let folder = format!("{}/compose", site.etc());
    let path = format!("{folder}/compose.yaml");
    let origins: BTreeSet<Pointer> = host
        .containers
        .iter()
        .map(|container| container.origin.clone())
        .collect();
    let project = format!(
        "# Made by Sitewright from the site's manifest: change that, not this file.\n{}",
        project(site, host)
    );
    emission.artifacts.push(
        Artifact::new(NAME, &path, project)
            .mode(0o600)
            .from(origins)
            .triggers(NAME),
    );
    for container in &host.containers {
        emission.artifacts.extend(environment_file(container));
    }
    emission.artifacts.extend(secret_files(&folder, host));
    emission.directories.push(Directory {
        path: format!("{folder}/secrets"),
        origin: host.origin.clone(),
        owner: "root".into(),
        group: "root".into(),
        mode: 0o700,
    });
    emission.actions.push(Action {
        name: NAME.to_owned(),
        order: order::CONTAINERS,
        check: Some(format!("docker compose --file {path} config --quiet")),
        run: Some(bring_up(site, host, &path)),
        effect: "makes the containers anew that changed".to_owned(),
    });
    emission.leavings.push(Leaving {
        name: NAME.to_owned(),
        run: take_down(site),
    });
    emission
}

/// What a host does that has no containers any more. Data is not ours to remove.
fn take_down(site: &Site) -> String {
    let name = &site.name;
    format!(
        "docker compose --project-name {name} down --remove-orphans && \
         docker volume ls --quiet --filter label=com.docker.compose.project={name} | sed 's/^/volume /'"
    )
}

/// Migrations run before what needs them starts. `run` starts what they need themselves. Then what is to be up before the
/// rest is; then those that go in turns; then whatever is left.
fn bring_up(site: &Site, host: &Host, path: &str) -> String {
    let compose = format!("docker compose --project-name {} --file {path}", site.name);
    let migrations = host.containers.iter().filter_map(|container| {
        let profile = container.profile.as_deref().filter(|profile| *profile == MIGRATE)?;
        Some(format!(
            "{compose} --profile {profile} run --rm --no-TTY {}",
            container.name
        ))
    });
    let up = format!("{compose} up --detach --quiet-pull --wait");
    let first: Vec<&str> = host
        .containers
        .iter()
        .filter(|container| container.image_variable.is_none() && container.profile.is_none())
        .map(|container| container.name.as_str())
        .collect();
    let first = (!first.is_empty()).then(|| format!("{up} {}", first.join(" ")));
    let renew = || format!("/usr/local/sbin/{}-deploy --renew", site.name);
    let deployed = host
        .containers
        .iter()
        .any(|container| container.image_variable.is_some());
    let turns = deployed
        .then(|| first.into_iter().chain([renew()]))
        .into_iter()
        .flatten();
    let rest = format!("{up} --remove-orphans");
    migrations.chain(turns).chain([rest]).collect::<Vec<_>>().join(" && ")
}

fn environment_file(container: &Container) -> Option<Artifact> {
    let file = container.environment_file.as_ref()?;
    let (content, lines) = super::environment::write(file);
    Some(
        Artifact::new(NAME, &file.path, content)
            .mode(0o600)
            .from([container.origin.clone()])
            .traced(lines)
            .triggers(NAME),
    )
}

/// A container's user is not one of the host, so the files are for everybody, in a folder that only root enters.
fn secret_files(folder: &str, host: &Host) -> Vec<Artifact> {
    let mut users: BTreeMap<&str, BTreeSet<Pointer>> = BTreeMap::new();
    for container in &host.containers {
        for (_, secret) in &container.secrets {
            users.entry(secret).or_default().insert(container.origin.clone());
        }
    }
    let file = |(secret, origins): (&str, BTreeSet<Pointer>)| {
        Artifact::new(
            NAME,
            format!("{folder}/secrets/{secret}"),
            placeholder(secret, Encoding::Pem),
        )
        .mode(0o444)
        .from(origins)
        .triggers(NAME)
    };
    users.into_iter().map(file).collect()
}

fn project(site: &Site, host: &Host) -> String {
    let services: BTreeMap<String, serde_yaml::Value> = host
        .containers
        .iter()
        .map(|container| (container.name.clone(), service::service(site, host, container)))
        .collect();
    let volumes = host
        .containers
        .iter()
        .flat_map(|container| &container.mounts)
        .filter_map(|mount| match mount {
            Mount::Volume { name, .. } => Some((name.clone(), Volume {})),
            Mount::Bind { .. } => None,
        });
    let secrets = host.containers.iter().flat_map(|container| &container.secrets);
    let project = Project {
        name: site.name.clone(),
        services,
        networks: host
            .container_networks
            .iter()
            .map(|network| {
                (
                    network.name.clone(),
                    Network {
                        internal: network.internal,
                        ipam: Ipam {
                            config: vec![Config {
                                subnet: network.subnet.clone(),
                            }],
                        },
                    },
                )
            })
            .collect(),
        volumes: volumes.collect(),
        secrets: secrets
            .map(|(_, secret)| {
                (
                    secret.clone(),
                    SecretFile {
                        file: format!("./secrets/{secret}"),
                    },
                )
            })
            .collect(),
    };
    let tree = serde_yaml::to_value(&project).expect("it is made of maps, lists and scalars");
    let mut tree = literal(tree);
    for container in &host.containers {
        let image = &mut tree["services"][container.name.as_str()]["image"];
        // A raw setting may have taken its place.
        if let Some(variable) = container.image_variable.as_ref().filter(|_| *image == container.image) {
            *image = format!("${{{variable}:-{}}}", container.image).into();
        }
    }
    serde_yaml::to_string(&tree).expect("it is made of maps, lists and scalars")
}

/// Compose reads `$NAME` as a variable everywhere; ours were resolved when the manifest was compiled, but for images that
/// may be deployed by their tag.
fn literal(value: serde_yaml::Value) -> serde_yaml::Value {
    use serde_yaml::Value;
    match value {
        Value::String(text) => Value::String(text.replace('$', "$$")),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(literal).collect()),
        Value::Mapping(map) => Value::Mapping(map.into_iter().map(|(key, value)| (key, literal(value))).collect()),
        other => other,
    }
}
