//! The workflow that brings an environment to its hosts, by the bundle's own script.

use serde_json::{Map, Value, json};

use super::workflow::{checkout, defaults, manifest, runner, step, text};
use crate::site::{Delivery, Forge, Site};

/// Minutes that all hosts together may take.
const PATIENCE: u32 = 60;

pub(super) fn workflow(site: &Site, delivery: &Delivery, forge: Forge) -> String {
    let environment = &site.environment;
    let (folder, _) = manifest(delivery);
    let bundle = match folder {
        "." => format!("out/{environment}/**"),
        _ => format!("{folder}/out/{environment}/**"),
    };
    let mut on = Map::new();
    // Gitea has no environments that ask for an approval: there somebody starts it.
    if forge == Forge::Github || !delivery.approve {
        on.insert("push".into(), json!({"branches": [delivery.branch], "paths": [bundle]}));
    }
    on.insert("workflow_dispatch".into(), json!({}));
    let mut job = json!({
        "name": format!("Deploy {environment}"),
        "if": format!("github.ref == 'refs/heads/{}'", delivery.branch),
        "runs-on": runner(forge),
        "timeout-minutes": PATIENCE,
    });
    if forge == Forge::Github {
        job["environment"] = json!(environment);
    }
    job["permissions"] = json!({"contents": "read"});
    job["steps"] = steps(environment, forge);
    text(&json!({
        "name": format!("site deploy {environment}"),
        "on": on,
        "permissions": {},
        "concurrency": {"group": format!("site-deploy-{environment}"), "cancel-in-progress": false},
        "defaults": defaults(delivery),
        "jobs": {"deploy": job},
    }))
}

fn steps(environment: &str, forge: Forge) -> Value {
    let secret = |name: &str| format!("${{{{ secrets.{} }}}}", secret(name, environment, forge));
    let (key, known) = (secret("SSH_KEY"), secret("SSH_KNOWN_HOSTS"));
    json!([
        checkout(false),
        step(
            "Deploy, and take it back if a host is not well",
            &[("SSH_KEY", &key), ("SSH_KNOWN_HOSTS", &known)],
            &format!("out/{environment}/deploy.sh install\n"),
        ),
    ])
}

/// GitHub keeps the secrets of an environment with it; elsewhere they are told apart by their names.
fn secret(name: &str, environment: &str, forge: Forge) -> String {
    match forge {
        Forge::Github => name.to_owned(),
        Forge::Gitea => format!("{}_{name}", environment.to_uppercase().replace('-', "_")),
    }
}
