//! Ports that are said twice.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "port-in-env",
    document: include_str!("port_in_env.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let processes = site.hosts.iter().flat_map(|host| {
        // What a container is told last counts.
        let containers = host.containers.iter().filter_map(|container| {
            let ports: Vec<&str> = container
                .environment
                .iter()
                .filter(|(name, _)| name == "PORT")
                .map(|(_, value)| value.as_str())
                .collect();
            let [written, .., told] = ports.as_slice() else {
                return None;
            };
            Some((&container.origin, *written, (*told).to_owned()))
        });
        let units = host.units.iter().filter_map(|unit| {
            let name = unit.instance_variable.as_deref()?;
            let (_, written) = unit.environment.iter().find(|(known, _)| known == name)?;
            let told: Vec<String> = unit.instances.clone();
            Some((&unit.origin, written.as_str(), told.join(", ")))
        });
        containers.chain(units).collect::<Vec<_>>()
    });
    once(
        processes
            .filter(|(_, written, told)| written != told)
            .map(|(origin, written, told)| finding(site, origin, written, &told)),
    )
}

fn finding(site: &Site, origin: &Pointer, written: &str, told: &str) -> Diagnostic {
    let written_at = |place: &Pointer| {
        let mut variables = site.services.iter().flat_map(|service| &service.variables);
        variables.any(|variable| variable.origin == *place)
    };
    // A process may have it from its app.
    let app = origin.segments().nth(1).unwrap_or_default();
    let app = Pointer::root().child("services").child(&app);
    let place = [origin, &app]
        .map(|place| place.child("env").child("PORT"))
        .into_iter()
        .find(written_at)
        .unwrap_or_else(|| origin.clone());
    Diagnostic::error(RULE.code, format!("`PORT` is {told} for the process, not {written}"))
        .at(place, "replaced by what `port` says")
        .at_key(&origin.child("port"), "what everything else goes by")
        .why("The web server and the health check ask where `port` says.")
        .help(format!(
            "remove `PORT` from `env`, and write `port: {written}` if that is where it listens"
        ))
}
