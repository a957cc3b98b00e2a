//! Containers that own the host.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Container, Mount, Site};

pub(super) const RULE: Rule = Rule {
    code: "docker-socket",
    document: include_str!("docker_socket.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for container in site.hosts.iter().flat_map(|host| &host.containers) {
        let Some(mounted) = socket(container) else { continue };
        let finding = Diagnostic::warning(
            RULE.code,
            format!("`{}` controls the host's container engine", container.service),
        )
        .at_key(&container.origin, format!("it mounts `{mounted}`"))
        .why(
            "Whoever takes this container over starts another one with the whole disk in it: that is root on the host.",
        )
        .help(format!(
            "do without the socket, or say why it must be: `waive: {{{}: {{docker-socket: \"…\"}}}}`",
            container.origin.dotted()
        ));
        found.push(finding);
    }
    // Its instances are alike.
    once(found)
}

/// What is mounted that holds the engine's socket.
fn socket(container: &Container) -> Option<&str> {
    let holds = |source: &str| {
        let source = source.trim_end_matches('/');
        matches!(source, "" | "/run" | "/var" | "/var/run" | "/run/docker") || source.ends_with("docker.sock")
    };
    let mount = container.mounts.iter().find_map(|mount| match mount {
        Mount::Bind { source, .. } if holds(source) => Some(source.as_str()),
        Mount::Bind { .. } | Mount::Volume { .. } => None,
    });
    let raw = || {
        let volumes = container.settings.get("volumes")?.as_array()?;
        volumes.iter().find_map(|volume| {
            let source = volume.as_str().or_else(|| volume.get("source")?.as_str())?;
            let source = source.split(':').next()?;
            (source.starts_with('/') && holds(source)).then_some(source)
        })
    };
    mount.or_else(raw)
}
