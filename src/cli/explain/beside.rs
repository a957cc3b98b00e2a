//! Files of a bundle that no host gets at a path of its own: documents, the plan, the index, and what delivers.

use std::collections::BTreeSet;

use sitewright::EnvironmentResult;
use sitewright::source::{Files, Pointer};

use super::{Rows, find, place};

/// What there is to say of such a file, by its path under the bundle's folder; nothing if the bundle has none there.
pub(super) fn explained(
    environment: &EnvironmentResult,
    path: &str,
    line: Option<u32>,
    files: &Files,
) -> Option<String> {
    let compiled = environment.compiled.as_ref()?;
    let delivery = &compiled.delivery;
    let own = path.strip_prefix(&format!("{}/", environment.name));
    let mut rows = Rows::default();
    rows.add("path", path);
    if let Some(text) = own.and_then(|own| compiled.documents.get(own)) {
        rows.add("made by", "emit/docs");
        rows.add("for", "people; no host installs it");
        let places = line.map_or_else(BTreeSet::new, |line| named(environment, text, line, files));
        let none = places.is_empty();
        places.into_iter().for_each(|place| rows.add("names", place));
        if none {
            rows.add("from", "all of the manifest");
        }
        return Some(rows.0);
    }
    for host in &compiled.hosts {
        let Some(own) = own.and_then(|own| own.strip_prefix(&host.host)?.strip_prefix('/')) else {
            continue;
        };
        if own == "plan.tsv" {
            let record = line.and_then(|line| host.plan.lines().nth(line.checked_sub(1)? as usize));
            if let Some(path) = record.and_then(|record| record.strip_prefix("file\t")?.split('\t').next()) {
                let (host, artifact) = find(environment, &format!("{}/{}/rootfs{path}", environment.name, host.host))?;
                return Some(super::explained(environment, host, artifact, None, files));
            }
            rows.add("made by", "emit/install");
            rows.add("for", "install.sh: what belongs on the host");
            rows.add("from", "all of the manifest");
            return Some(rows.0);
        }
        if own == "install.sh" {
            rows.add("made by", "emit/install");
            rows.add("from", "nothing of the manifest: the same bytes on every host");
            return Some(rows.0);
        }
    }
    if delivery.workflows.contains_key(path)
        || own.is_some_and(|own| delivery.programs.contains_key(own) || delivery.data.contains_key(own))
    {
        rows.add("made by", "emit/ci");
        rows.add("for", "the forge; no host installs it");
        rows.add("from", place(environment, &Pointer::root().child("deploy"), files));
        return Some(rows.0);
    }
    let (maker, purpose) = match (path, own) {
        (_, Some("bundle.json")) => ("bundle", "tools: every file's digest and origins, and the secrets"),
        (".gitattributes", _) => ("bundle", "git: line ends, and that the files are generated"),
        ("sitewright.lock", _) => ("resolve", "the next compilation: what was allocated"),
        _ => return None,
    };
    rows.add("made by", maker);
    rows.add("for", purpose);
    Some(rows.0)
}

/// The places of what a line of a document names: services, hosts, secrets and the like.
fn named(environment: &EnvironmentResult, text: &str, line: u32, files: &Files) -> BTreeSet<String> {
    let line = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let words: BTreeSet<&str> = line
        .split(|char: char| !char.is_alphanumeric() && !"._-".contains(char))
        .collect();
    let sections = environment.tree.as_map().into_iter().flatten();
    sections
        .flat_map(|(section, node)| {
            node.as_map()
                .into_iter()
                .flatten()
                .map(move |(name, _)| (section, name))
        })
        .filter(|(_, name)| words.contains(name.as_str()))
        .map(|(section, name)| place(environment, &Pointer::root().child(section).child(name), files))
        .collect()
}
