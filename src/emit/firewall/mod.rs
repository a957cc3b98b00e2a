//! The firewall: ufw's own files, written the way ufw writes them.
//!
//! `ufw status` shows the rules, and a rule that is added by hand is drift. All is closed but for the openings of the
//! manifest; the port of sshd is opened first, always. Docker publishes the ports of containers past ufw's chains, so
//! `after.rules` closes that way too: what comes from outside to a container needs an opening as well.

mod rules;

use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, escape, render};
use crate::site::{Action, EnabledUnit, Host, Opening, Package, Pointer, Protocol, Site, order};
use rules::{Family, Rule};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "firewall";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    if !host.hardening.firewall {
        return emission;
    }
    let openings = openings(host);
    for family in [Family::V4, Family::V6] {
        let rules = rules::of(&openings, family);
        let view = UserRules {
            chain: family.chain(),
            rules: &rules,
        };
        let rendered = render(
            Language::Shell,
            "firewall/user.rules",
            include_str!("user.rules.hbs"),
            &view,
        );
        emission.artifacts.push(
            file(&format!("user{}.rules", family.suffix()), rendered.text)
                .mode(0o640)
                .traced(rendered.lines),
        );
        let view = AfterRules {
            chain: family.chain(),
            v4: family == Family::V4,
            containers: !host.containers.is_empty(),
            rules: &rules,
        };
        let rendered = render(
            Language::Shell,
            "firewall/after.rules",
            include_str!("after.rules.hbs"),
            &view,
        );
        emission.artifacts.push(
            file(&format!("after{}.rules", family.suffix()), rendered.text)
                .mode(0o640)
                .traced(rendered.lines),
        );
    }
    let origin = host.hardening.origin.child("firewall");
    let guard = format!("/usr/local/lib/{}/firewall-guard", site.name);
    emission
        .artifacts
        .push(file("ufw.conf", include_str!("ufw.conf")).from([origin.clone()]));
    emission.artifacts.push(
        Artifact::new(NAME, "/etc/default/ufw", include_str!("default"))
            .triggers("firewall")
            .from([origin.clone()]),
    );
    emission.artifacts.push(
        Artifact::new(NAME, &guard, include_str!("guard.sh"))
            .mode(0o755)
            .triggers("firewall")
            .from([origin]),
    );
    emission.packages.push(Package::of_distribution("ufw"));
    emission.actions.push(Action {
        name: "firewall".into(),
        order: order::FIREWALL,
        check: Some(escape::shell_words(&[guard.as_str(), "check"])),
        run: Some(escape::shell_words(&[guard.as_str(), "load"])),
        effect: "loads the firewall's rules; open connections stay".into(),
    });
    emission.enabled.push(EnabledUnit {
        name: "ufw.service".into(),
        order: order::FIREWALL,
    });
    emission
}

fn file(name: &str, content: impl Into<String>) -> Artifact {
    Artifact::new(NAME, format!("/etc/ufw/{name}"), content).triggers("firewall")
}

/// sshd's port first, then what the manifest opens.
fn openings(host: &Host) -> Vec<Opening> {
    let ssh = host.hardening.ssh.as_ref();
    let port = ssh.map_or(22, |ssh| ssh.port);
    let mut openings = vec![Opening {
        origin: ssh.map_or_else(|| host.hardening.origin.clone(), |ssh| ssh.origin.clone()),
        comment: "SSH".into(),
        protocol: Protocol::Tcp,
        ports: (port, port),
        from: ssh.map(|ssh| ssh.from.clone()).unwrap_or_default(),
        interface: None,
        limit: true,
    }];
    openings.extend(host.openings.iter().cloned());
    openings
}

#[derive(Serialize)]
struct UserRules<'a> {
    chain: &'static str,
    rules: &'a [Rule],
}

#[derive(Serialize)]
struct AfterRules<'a> {
    chain: &'static str,
    v4: bool,
    containers: bool,
    rules: &'a [Rule],
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            origin: &'a Pointer,
            tuple: String,
            lines: Vec<String>,
            container: String,
        }
        View {
            origin: &self.origin,
            tuple: self.tuple(),
            lines: self.lines(),
            container: self.container(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests;
