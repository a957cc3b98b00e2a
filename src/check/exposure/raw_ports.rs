//! Ports that are published past the manifest.

use serde_json::Value;

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "raw-ports",
    document: include_str!("raw_ports.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        for container in &host.containers {
            let ports = container.settings.get("ports").and_then(Value::as_array);
            let Some(port) = ports.into_iter().flatten().find_map(outside) else {
                continue;
            };
            let label = if host.hardening.firewall {
                "the firewall lets nobody through to it"
            } else {
                "everybody can connect, as there is no firewall"
            };
            let finding = Diagnostic::warning(RULE.code, format!("`{port}` is published past the manifest"))
                .at(raw::settings(&container.service).child("ports"), label)
                .why("Nothing else knows of it: the firewall does not open it, and it is not compared with the other ports of the host.")
                .help("write it under `ports` of the service, as in `ports: {NAME: {port: 5000, target: 80, from: [NETWORK]}}`");
            found.push(finding);
        }
    }
    once(found)
}

/// What is published at more than loopback, in the short or the long form of compose.
fn outside(port: &Value) -> Option<String> {
    let is_local = |address: &str| address.starts_with("127.") || address.starts_with("[::1]") || address == "::1";
    match port {
        Value::String(text) => (text.contains(':') && !is_local(text)).then(|| text.clone()),
        Value::Object(long) => {
            let published = long.get("published")?;
            let local = long.get("host_ip").and_then(Value::as_str).is_some_and(is_local);
            let published = published.as_str().map_or_else(|| published.to_string(), str::to_owned);
            (!local).then_some(published)
        }
        _ => None,
    }
}
