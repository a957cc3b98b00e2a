//! The plan against the files, and the installer's own checks against the host that they make.

use std::collections::BTreeMap;
use std::process::Command;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::Host;
use crate::native::layer::Layer;
use crate::native::tools;

/// Record types with the number of their fields, the type not counted.
const TYPES: [(&str, usize); 16] = [
    ("sitewright", 1),
    ("site", 1),
    ("environment", 1),
    ("host", 1),
    ("os", 1),
    ("architecture", 1),
    ("port", 3),
    ("secret", 3),
    ("require", 2),
    ("package", 1),
    ("program", 7),
    ("file", 8),
    ("unit", 2),
    ("leave", 2),
    ("action", 4),
    ("health", 2),
];

pub(crate) static PLAN: Validator = Validator {
    name: "plan",
    family: "plan",
    needs: &[],
    takes: |file| file.at == "plan.tsv",
    run: |host, _| {
        let mut findings = Vec::new();
        let mut say = |message: String| findings.push(Finding::new("plan.tsv", message));
        for record in host.plan.records() {
            match TYPES.iter().find(|(name, _)| *name == record[0]) {
                None => say(format!("no such record: {}", record[0])),
                Some((_, fields)) if record.len() != fields + 1 => {
                    say(format!("{fields} fields wanted: {}", record.join(" | ")))
                }
                Some(_) if record.iter().any(String::is_empty) => {
                    say(format!("an empty field is '-': {}", record.join(" | ")))
                }
                Some(_) => {}
            }
        }
        let actions: Vec<&str> = host.plan.all("action").map(|fields| fields[0].as_str()).collect();
        let planned: BTreeMap<&str, &[String]> = host
            .plan
            .all("file")
            .map(|fields| (fields[0].as_str(), fields))
            .collect();
        for fields in planned.values().filter(|fields| fields.len() == 8) {
            for action in fields[7]
                .split(',')
                .filter(|name| *name != "-" && !actions.contains(name))
            {
                say(format!("{}: no action {action}", fields[0]));
            }
            if !host.files.iter().any(|file| file.at == fields[0]) {
                say(format!("{}: not in rootfs", fields[0]));
            }
        }
        for file in host.files.iter().filter(|file| file.at.starts_with('/')) {
            let Some(fields) = planned.get(file.at.as_str()) else {
                say(format!("{}: not in the plan", file.at));
                continue;
            };
            let said = tools::said(Command::new("sha256sum").arg(&file.disk));
            if fields
                .get(3)
                .is_some_and(|digest| !said.stdout.starts_with(digest.as_str()))
            {
                say(format!("{}: another digest", file.at));
            }
            let placeholders = file.text().contains("{{secret:");
            if fields.get(5).is_some_and(|fill| (fill == "fill") != placeholders) {
                say(format!("{}: fill or '-' does not fit its content", file.at));
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static CHECKS: Validator = Validator {
    name: "plan-checks",
    family: "plan",
    needs: &[ROOT, "image-nginx"],
    takes: |file| file.at == "plan.tsv",
    run: |host, _| {
        let layer = Layer::of(host);
        let mut findings = layer.findings.clone();
        for fields in checks(host) {
            let said = layer.run(&fields[2]);
            if !said.ok() {
                findings.push(Finding::new(
                    "plan.tsv",
                    format!("check of {}: {}\n{}", fields[0], fields[2], said.all()),
                ));
            }
        }
        findings
    },
    generic: true,
};

fn checks(host: &Host) -> impl Iterator<Item = &[String]> {
    host.plan
        .all("action")
        .filter(|fields| fields.len() == 4 && fields[2] != "-")
}
