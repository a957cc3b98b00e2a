//! The workflow that checks a change: whether the manifest is sound, `out/` is what it compiles to, and the repository's
//! workflows are the bundle's; and that says on the pull request what the change does to the bundle.

use serde_json::{Value, json};

use super::forge_folder;
use super::workflow::{checkout, defaults, manifest, runner, step, text};
use crate::render::escape;
use crate::site::{Delivery, Forge};

/// Only a change of the same repository: one from a fork is given no right to write.
const OWN_PULL_REQUEST: &str =
    "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository";

pub(super) fn workflow(delivery: &Delivery, forge: Forge) -> String {
    text(&json!({
        "name": "site check",
        "on": {"pull_request": {}, "push": {"branches": [delivery.branch]}},
        "permissions": {},
        "concurrency": {"group": "site-check-${{ github.ref }}", "cancel-in-progress": true},
        "env": {"MANIFEST": manifest(delivery).1, "FOLDER": forge_folder(forge)},
        "defaults": defaults(delivery),
        "jobs": {"check": check(delivery, forge), "difference": difference(delivery, forge)},
    }))
}

fn check(delivery: &Delivery, forge: Forge) -> Value {
    let findings = match forge {
        Forge::Github => "sitewright check \"${MANIFEST}\" --format github\n",
        // It shows no annotations: they are read in the log.
        Forge::Gitea => "sitewright check \"${MANIFEST}\"\n",
    };
    let mut steps = vec![checkout(false)];
    steps.extend(install(delivery));
    steps.extend([
        step("The manifest is sound", &[], findings),
        step(
            "The bundle is what the manifest compiles to",
            &[],
            "sitewright compile \"${MANIFEST}\" --check --locked\n",
        ),
        step("The workflows are the bundle's", &[], include_str!("workflows.sh")),
    ]);
    json!({
        "name": "Manifest and bundle",
        "runs-on": runner(forge),
        "timeout-minutes": 20,
        "permissions": {"contents": "read"},
        "steps": steps,
    })
}

fn difference(delivery: &Delivery, forge: Forge) -> Value {
    let mut steps = vec![checkout(true)];
    steps.extend(install(delivery));
    steps.push(step(
        "What changes in the bundle",
        &[("BASE", "${{ github.event.pull_request.base.sha }}")],
        include_str!("difference.sh"),
    ));
    let number = ("NUMBER", "${{ github.event.pull_request.number }}");
    let token = "${{ github.token }}";
    match forge {
        Forge::Github => {
            steps.push(step(
                "As a comment",
                &[("GH_TOKEN", token), number],
                include_str!("comment-github.sh"),
            ));
            let mut scanning = step(
                "Findings for code scanning",
                &[("GH_TOKEN", token)],
                include_str!("scanning-github.sh"),
            );
            scanning["continue-on-error"] = json!(true);
            steps.push(scanning);
        }
        Forge::Gitea => steps.push(step(
            "As a comment",
            &[("TOKEN", token), number],
            include_str!("comment-gitea.sh"),
        )),
    }
    let permissions = match forge {
        Forge::Github => json!({"contents": "read", "pull-requests": "write", "security-events": "write"}),
        Forge::Gitea => json!({"contents": "read", "pull-requests": "write", "issues": "write"}),
    };
    json!({
        "name": "Difference",
        "if": OWN_PULL_REQUEST,
        "runs-on": runner(forge),
        "timeout-minutes": 20,
        "permissions": permissions,
        "steps": steps,
    })
}

/// Nothing where the machine has it already; a missing one is said by the first step that needs it.
fn install(delivery: &Delivery) -> Option<Value> {
    let words: Vec<String> = delivery.install.iter().map(|word| escape::shell(word)).collect();
    (!words.is_empty()).then(|| step("Install Sitewright", &[], &(words.join(" ") + "\n")))
}
