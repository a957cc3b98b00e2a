//! How the bundle reaches the hosts: who logs in, and which environments wait for an approval.

use super::{World, at};
use crate::diag::{Diagnostic, listing};
use crate::manifest::{Deploy, Forge as Section};
use crate::site::{Delivery, Forge};

pub(super) fn delivery(world: &World<'_>, found: &mut Vec<Diagnostic>) -> Option<Delivery> {
    let section = world.manifest.deploy.on()?;
    Some(Delivery {
        origin: at(["deploy"]),
        forge: section.ci.map(|forge| match forge {
            Section::Github => Forge::Github,
            Section::Gitea => Forge::Gitea,
        }),
        branch: section.branch.to_string(),
        approve: section
            .approve
            .iter()
            .any(|name| name.as_str() == world.site.environment),
        user: user(world, section, found)?.to_owned(),
        manifest: section.manifest.to_string(),
        install: section.install.iter().flatten().map(ToString::to_string).collect(),
    })
}

/// Approvals of other environments; one that is of no environment at all would be missed by nobody.
pub(super) fn elsewhere(world: &World<'_>) -> Vec<Diagnostic> {
    let section = world.manifest.deploy.on();
    let approve = section.into_iter().flat_map(|section| &section.approve);
    let others = approve.filter(|name| name.as_str() != world.site.environment);
    others
        .map(|name| {
            Diagnostic::error("unknown-environment", format!("there is no environment `{name}`"))
                .at(at(["deploy", "approve"]), "its deployments are to be approved")
                .why("The environment that was meant would be deployed without anybody being asked.")
                .help("name one that stands under `environments`; a manifest without any has `production`")
        })
        .collect()
}

fn user<'a>(world: &World<'a>, section: &'a Deploy, found: &mut Vec<Diagnostic>) -> Option<&'a str> {
    let admins = world.manifest.admins.iter().filter(|(_, admin)| admin.sudo);
    let able: Vec<&str> = admins.map(|(name, _)| name.as_str()).collect();
    let is_able = |name: &&str| able.contains(name);
    let wanted = section.user.as_ref().map(|name| name.as_str());
    let chosen = match (wanted, able.as_slice()) {
        (Some(name), _) => Some(name).filter(is_able),
        (None, [only]) => Some(*only),
        (None, _) => Some("deploy").filter(is_able),
    };
    if chosen.is_some() {
        return chosen;
    }
    let (title, help) = match (wanted, able.as_slice()) {
        (Some(name), []) => (
            format!("`{name}` cannot deploy"),
            format!("add `admins: {{{name}: {{ssh_keys: [\"ssh-ed25519 …\"], sudo: true}}}}`"),
        ),
        (Some(name), some) => (
            format!("`{name}` cannot deploy"),
            format!(
                "give it `sudo: true` under `admins`, or name one who has it: {}",
                listing(some.iter().copied())
            ),
        ),
        (None, []) => (
            "nobody could deploy".to_owned(),
            "add `admins: {deploy: {ssh_keys: [\"ssh-ed25519 …\"], sudo: true}}`".to_owned(),
        ),
        (None, some) => (
            "several admins could deploy".to_owned(),
            format!("say which by `deploy.user`: {}", listing(some.iter().copied())),
        ),
    };
    let origin = at(["deploy"]);
    let finding = Diagnostic::error("no-admin", title);
    let finding = match wanted {
        Some(_) => finding.at(origin.child("user"), "logs in to the hosts"),
        None => finding.at_key(&origin, "somebody has to log in to the hosts"),
    };
    found.push(
        finding
            .why("Installing takes root: who deploys logs in with a key of their own and becomes root by sudo.")
            .help(help),
    );
    None
}
