//! Parts of two services that get one name on a host.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Host, Mount, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "same-name",
    document: include_str!("same_name.md"),
    find,
};

/// Something that has a name of its own on its host.
struct Claim<'a> {
    what: &'static str,
    name: String,
    /// Who may have it several times.
    of: &'a str,
    origin: &'a Pointer,
}

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // One name of two parts is enough to tell: others follow from it, on this host and the next.
    let mut told: Vec<(&Pointer, &Pointer)> = Vec::new();
    for host in &site.hosts {
        let mut claims: Vec<Claim<'_>> = Vec::new();
        for claim in claimed(site, host) {
            let same = |known: &&Claim<'_>| known.what == claim.what && known.name == claim.name;
            let Some(known) = claims.iter().find(same) else {
                claims.push(claim);
                continue;
            };
            let pair = (known.origin, claim.origin);
            if (known.of.is_empty() || known.of != claim.of) && !told.contains(&pair) {
                told.push(pair);
                found.push(finding(known, &claim));
            }
        }
    }
    found
}

fn claimed<'a>(site: &Site, host: &'a Host) -> Vec<Claim<'a>> {
    let claim = |what, name: &str, of, origin| Claim {
        what,
        name: name.to_owned(),
        of,
        origin,
    };
    let containers = host.containers.iter();
    let mut claims: Vec<Claim<'a>> = containers
        .map(|container| claim("container", &container.name, "", &container.origin))
        .collect();
    for container in &host.containers {
        claims.extend(container.mounts.iter().filter_map(|mount| match mount {
            Mount::Volume { name, .. } => Some(claim("volume", name, &container.service, &container.origin)),
            Mount::Bind { .. } => None,
        }));
    }
    let ours = units_of_ours(site, host);
    for unit in &host.units {
        claims.push(claim("unit", &unit.name, "", &unit.origin));
        let template = if unit.instances.is_empty() { "" } else { "@" };
        let file = format!("{}{template}.service", unit.name);
        let is_ours = ours.iter().any(|ours| ours.name == file);
        claims.extend(is_ours.then(|| claim("unit", &file, "", &unit.origin)));
    }
    claims.extend(ours);
    let jobs = host.jobs.iter();
    claims.extend(jobs.map(|job| claim("job", &job.name, "", &job.origin)));
    claims
}

/// Units that the bundle has of its own, by their files: a template is another one.
fn units_of_ours<'a>(site: &Site, host: &'a Host) -> Vec<Claim<'a>> {
    let ours = [
        ("certificate@", host.certificates.first().map(|first| &first.origin)),
        ("coredns", host.dns.as_ref().map(|dns| &dns.origin)),
        ("health-watch", host.watch.as_ref().map(|watch| &watch.origin)),
    ];
    ours.into_iter()
        .filter_map(|(name, origin)| {
            Some(Claim {
                what: "unit",
                name: format!("{}-{name}.service", site.name),
                of: "",
                origin: origin?,
            })
        })
        .collect()
}

fn finding(first: &Claim<'_>, second: &Claim<'_>) -> Diagnostic {
    let Claim { what, name, .. } = second;
    Diagnostic::error(RULE.code, format!("two {what}s would have the name `{name}`"))
        .at_key(second.origin, format!("a {what} `{name}` is made of this"))
        .at_key(first.origin, "and of this")
        .why("Names are made of those of the service, its process, job or folder and the number of the instance; one of the two would take the other's place.")
        .help("give one of the two another name")
}
