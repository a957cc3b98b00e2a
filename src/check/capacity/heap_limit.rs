//! Programs whose heap may grow beyond the memory that they may use.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::sizes::{KIB, MIB, size};
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "heap-limit",
    document: include_str!("heap_limit.md"),
    find,
};

/// Variables that Node.js and Java take options from, and those that are usually handed to them.
const VARIABLES: [&str; 6] = [
    "CATALINA_OPTS",
    "JAVA_OPTS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "_JAVA_OPTIONS",
];

/// A process, as a unit or a container runs it.
struct Process<'a> {
    origin: &'a Pointer,
    command: &'a [String],
    environment: &'a [(String, String)],
    memory: u64,
}

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        let units = host
            .units
            .iter()
            .map(|unit| (&unit.origin, &unit.command, &unit.environment, unit.memory));
        let containers = host.containers.iter().map(|container| {
            (
                &container.origin,
                &container.command,
                &container.environment,
                container.memory,
            )
        });
        for (origin, command, environment, memory) in units.chain(containers) {
            let Some(memory) = memory else { continue };
            let process = Process {
                origin,
                command,
                environment,
                memory,
            };
            found.extend(over(site, &process));
        }
    }
    once(found)
}

fn over(site: &Site, process: &Process<'_>) -> Option<Diagnostic> {
    let command = process
        .command
        .iter()
        .map(|words| (process.origin.child("command"), words));
    let variables = process
        .environment
        .iter()
        .filter(|(name, _)| VARIABLES.contains(&name.as_str()))
        .map(|(name, value)| (place(site, process.origin, name), value));
    let options = command
        .chain(variables)
        .flat_map(|(origin, words)| words.split_whitespace().map(move |word| (origin.clone(), word)));
    // Of several the last one counts.
    let (origin, word, heap) = options
        .filter_map(|(origin, word)| Some((origin, word, heap(word)?)))
        .next_back()?;
    let (most, limit) = (size(heap), size(process.memory));
    (heap >= process.memory).then(|| {
        Diagnostic::error(RULE.code, format!("a heap of {most} in a process that may use {limit}"))
            .at(origin, format!("`{word}`"))
            .at(process.origin.child("limits").child("memory"), limit)
            .why("It is killed before it collects its garbage; and stacks, buffers and code need memory beside the heap.")
            .help(format!("write {} or less, or raise `limits.memory`", size(process.memory / 4 * 3)))
    })
}

/// Where the manifest sets a variable: at the service, if not at the process.
fn place(site: &Site, origin: &Pointer, name: &str) -> Pointer {
    let own = origin.child("env").child(name);
    let services = site.services.iter().filter(|service| origin.is_within(&service.origin));
    let written: Vec<&Pointer> = services
        .flat_map(|service| &service.variables)
        .filter(|variable| variable.name == name)
        .map(|variable| &variable.origin)
        .collect();
    match written.as_slice() {
        [only] => (*only).clone(),
        _ => own,
    }
}

/// Bytes of heap that an option of Node.js or Java allows.
fn heap(word: &str) -> Option<u64> {
    if let Some(text) = word.strip_prefix("-Xmx") {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match &text[digits.len()..] {
            "" => 1,
            "k" | "K" => KIB,
            "m" | "M" => MIB,
            "g" | "G" => MIB * KIB,
            _ => return None,
        };
        return digits.parse::<u64>().ok()?.checked_mul(factor);
    }
    let option = word.strip_prefix("--max")?.replace('_', "-");
    let megabytes = option.strip_prefix("-old-space-size=")?;
    megabytes.parse::<u64>().ok()?.checked_mul(MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_node_and_java() {
        assert_eq!(heap("--max-old-space-size=4096"), Some(4096 * MIB));
        assert_eq!(heap("--max_old_space_size=512"), Some(512 * MIB));
        assert_eq!(heap("-Xmx2g"), Some(2048 * MIB));
        assert_eq!(heap("-Xmx2048k"), Some(2 * MIB));
        assert_eq!(heap("-Xmx50%"), None);
        assert_eq!(heap("--max-http-header-size=1"), None);
    }
}
