//! Units: systemd's own verification, whose warnings leave the exit code at 0, and the exposure of our own services.

use std::collections::{BTreeMap, BTreeSet};

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::{File, Host};
use crate::native::layer::{Layer, programs};

const FOLDER: &str = "/etc/systemd/system";
/// In tenths. What runs under our own units needs no more.
const THRESHOLD: u32 = 20;
/// Becomes other users, and calls the engine of containers.
const PROBES: (&str, u32) = ("-health-watch.service", 30);

fn takes(file: &File) -> bool {
    let endings = [
        ".service", ".timer", ".socket", ".target", ".path", ".mount", ".slice", ".conf",
    ];
    file.under(FOLDER) && file.ends(&endings)
}

pub(crate) static VERIFY: Validator = Validator {
    name: "systemd-verify",
    family: "systemd",
    needs: &[ROOT],
    takes,
    run: |host, files| {
        let layer = Layer::of(host);
        let mut findings = Vec::new();
        for (unit, file) in units(host, files) {
            let script = format!("systemd-analyze verify --man=no --recursive-errors=yes '{unit}' 2>&1");
            let said = layer.run(&script);
            let ours = file.at == format!("{FOLDER}/{}", file.name());
            // A packaged unit may have warnings of its own.
            let known = if ours {
                String::new()
            } else {
                layer.bare(&script).stdout
            };
            let lines = said.lines(|line| known.lines().any(|known| known == line));
            if !lines.is_empty() {
                findings.push(Finding::new(&file.at, lines.join("\n")));
            }
        }
        for file in files.iter().filter(|file| file.ends(&[".timer"])) {
            for line in file.text().lines().filter_map(|line| line.strip_prefix("OnCalendar=")) {
                let said = layer.run(&format!("systemd-analyze calendar '{}' >/dev/null", line.trim()));
                if !said.ok() {
                    findings.push(Finding::new(&file.at, said.all()));
                }
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static SECURITY: Validator = Validator {
    name: "systemd-security",
    family: "systemd",
    needs: &[ROOT],
    takes: |file| takes(file) && file.ends(&[".service"]),
    run: |host, files| {
        let layer = Layer::of(host);
        let mut findings = Vec::new();
        let own: Vec<&File> = files
            .iter()
            .copied()
            .filter(|file| !programs(&file.text()).is_empty())
            .collect();
        for (unit, file) in units(host, &own) {
            let threshold = if unit.ends_with(PROBES.0) { PROBES.1 } else { THRESHOLD };
            let said = layer.run(&format!(
                "systemd-analyze security --offline=true --threshold={threshold} '{unit}'"
            ));
            if !said.ok() {
                findings.push(Finding::new(&file.at, worst(&said.all())));
            }
        }
        findings
    },
    generic: false,
};

/// The overall level, and what adds most to it.
fn worst(table: &str) -> String {
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for line in table.lines().filter(|line| line.starts_with('✗')) {
        if let Some((_, last)) = line.rsplit_once(' ') {
            rows.push((last, line));
        }
    }
    rows.sort_by(|left, right| right.0.cmp(left.0));
    let level = table.lines().find(|line| line.starts_with('→')).unwrap_or(table);
    let lines: Vec<&str> = rows.iter().take(8).map(|row| row.1).collect();
    format!("{level}\n{}", lines.join("\n"))
}

/// Names that can be verified, each with the file to blame: instances of templates, the units that drop-ins change.
fn units<'a>(host: &Host, files: &[&'a File]) -> BTreeMap<String, &'a File> {
    let enabled: BTreeSet<&str> = host.plan.all("unit").map(|fields| fields[0].as_str()).collect();
    let mut units = BTreeMap::new();
    for file in files {
        let folder = file.at.rsplit('/').nth(1).unwrap_or_default();
        let unit = folder.strip_suffix(".d").unwrap_or(file.name());
        let Some((template, kind)) = unit.split_once("@.") else {
            units.insert(unit.to_owned(), *file);
            continue;
        };
        let prefix = format!("{template}@");
        let instances: Vec<&&str> = enabled
            .iter()
            .filter(|name| name.starts_with(&prefix) && name.ends_with(&format!(".{kind}")))
            .collect();
        if instances.is_empty() {
            units.insert(format!("{prefix}1.{kind}"), *file);
        }
        units.extend(instances.into_iter().map(|name| ((*name).to_owned(), *file)));
    }
    units
}
