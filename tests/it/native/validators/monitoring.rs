//! Prometheus: its own checker, with every lint fatal.

use super::{ROOT, Validator};
use crate::native::host::File;
use crate::native::layer::{Layer, each};

fn is_rules(file: &File) -> bool {
    file.at.contains("/prometheus/") && file.ends(&[".rules.yml", ".rules.yaml"])
}

pub(crate) static RULES: Validator = Validator {
    name: "promtool-rules",
    family: "monitoring",
    needs: &[ROOT],
    takes: is_rules,
    run: |host, files| {
        let script = |file: &File| format!("promtool check rules --lint=all --lint-fatal '{}'", file.at);
        each(&Layer::of(host), files, script, is_noise)
    },
    generic: false,
};

pub(crate) static CONFIG: Validator = Validator {
    name: "promtool-config",
    family: "monitoring",
    needs: &[ROOT],
    takes: |file| file.ends(&["/prometheus/prometheus.yml", "/prometheus/prometheus.yaml"]),
    run: |host, files| {
        each(
            &Layer::of(host),
            files,
            |file| format!("promtool check config '{}'", file.at),
            is_noise,
        )
    },
    generic: false,
};

fn is_noise(line: &str) -> bool {
    line.starts_with("Checking ") || line.contains("SUCCESS")
}
