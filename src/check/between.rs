//! What no environment can see alone: a host that two of them take for theirs.

use std::net::IpAddr;

use crate::diag::Diagnostic;
use crate::site::{Pointer, Site};

/// A host as one environment has it.
#[derive(Debug, Clone)]
pub struct Machine {
    site: String,
    environment: String,
    is_production: bool,
    host: String,
    origin: Pointer,
    addresses: Vec<IpAddr>,
}

/// The hosts of a site, as far as others may have the same.
pub fn machines(site: &Site) -> Vec<Machine> {
    let hosts = site.hosts.iter().map(|host| Machine {
        site: site.name.clone(),
        environment: site.environment.clone(),
        is_production: site.is_production(),
        host: host.name.clone(),
        origin: host.origin.clone(),
        addresses: host.public.clone(),
    });
    hosts.collect()
}

/// What of one environment is another's already: a trial would be installed over production. Environments that follow one
/// another on the same hosts, as the phases of a move do, are meant.
pub fn between(all: &[Machine], environment: &str) -> Vec<Diagnostic> {
    let own = all.iter().filter(|machine| machine.environment == environment);
    own.filter(|machine| is_trial(&machine.environment))
        .filter_map(|machine| {
            let taken = all.iter().find(|other| {
                let same = other
                    .addresses
                    .iter()
                    .any(|address| machine.addresses.contains(address));
                other.site == machine.site && other.is_production && same
            })?;
            Some(finding(machine, taken))
        })
        .collect()
}

fn is_trial(environment: &str) -> bool {
    ["stag", "test", "dev", "qa", "preview", "demo"]
        .iter()
        .any(|word| environment.starts_with(word))
}

fn finding(machine: &Machine, taken: &Machine) -> Diagnostic {
    let (environment, host) = (&machine.environment, &machine.host);
    Diagnostic::error(
        "shared-machine",
        format!("`{environment}` would be installed on a host of `{}`", taken.environment),
    )
    .at(
        machine.origin.child("address"),
        format!("`{}` has this address too, as host `{}`", taken.environment, taken.host),
    )
    .why("Both have the same users, folders and databases there: one would take the place of the other.")
    .help(format!(
        "give it a machine of its own, as in `environments: {{{environment}: {{hosts: {{{host}: {{address: …}}}}}}}}`, or another `site.name`"
    ))
}
