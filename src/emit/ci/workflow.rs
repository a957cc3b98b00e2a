//! What all workflows share: how they are written down, the actions that they use, and where they run.

use serde_json::{Map, Value, json};

use crate::site::{Delivery, Forge};

/// An action of others, by the commit that was looked at.
pub(super) struct Action {
    name: &'static str,
    commit: &'static str,
    version: &'static str,
}

/// Everything else is done by the shell and the forge's own API. A test holds that nothing else is used.
pub(super) const CHECKOUT: Action = Action {
    name: "actions/checkout",
    commit: "de0fac2e4500dabe0009e67214ff5f5447ce83dd",
    version: "v6.0.2",
};

pub(super) const ACTIONS: [&Action; 1] = [&CHECKOUT];

impl Action {
    pub(super) fn reference(&self) -> String {
        format!("{}@{}", self.name, self.commit)
    }
}

/// Rights to write, each with what it is for.
const RIGHTS: [(&str, &str); 3] = [
    ("issues: write", "where a pull request's comments count as an issue's"),
    ("pull-requests: write", "the comment that shows the difference"),
    ("security-events: write", "the findings for code scanning"),
];

const HEAD: &str = "# Sitewright wrote this file: change `deploy` in the manifest, compile, and copy it to the repository's root again.\n";

/// As YAML, with each action's version behind its commit.
pub(super) fn text(workflow: &Value) -> String {
    let mut text = HEAD.to_owned();
    let body = serde_yaml::to_string(workflow).expect("a workflow is plain data");
    for line in body.lines() {
        text.push_str(line);
        if let Some((_, why)) = RIGHTS.iter().find(|(right, _)| line.trim_start() == *right) {
            text.push_str(&format!(" # {why}"));
        }
        if let Some(action) = ACTIONS.iter().find(|action| line.ends_with(&action.reference())) {
            text.push_str(&format!(" # {}", action.version));
        }
        text.push('\n');
    }
    text
}

pub(super) fn runner(forge: Forge) -> &'static str {
    match forge {
        Forge::Github => "ubuntu-24.04",
        // The label that its runners have unless somebody gave them another.
        Forge::Gitea => "ubuntu-latest",
    }
}

/// The whole history is there for what compares with an older commit.
pub(super) fn checkout(history: bool) -> Value {
    let mut with = json!({"persist-credentials": false});
    if history {
        with["fetch-depth"] = json!(0);
    }
    json!({"name": "Check out", "uses": CHECKOUT.reference(), "with": with})
}

/// A step of the shell, with what it is told by variables: no expression stands inside a script.
pub(super) fn step(name: &str, variables: &[(&str, &str)], script: &str) -> Value {
    let mut step = Map::new();
    step.insert("name".into(), name.into());
    if !variables.is_empty() {
        let variables: Map<String, Value> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        step.insert("env".into(), variables.into());
    }
    step.insert("run".into(), script.into());
    Value::Object(step)
}

/// Folder and name of the manifest, from the repository's root.
pub(super) fn manifest(delivery: &Delivery) -> (&str, &str) {
    delivery.manifest.rsplit_once('/').unwrap_or((".", &delivery.manifest))
}

/// Runs scripts by bash, in the manifest's folder.
pub(super) fn defaults(delivery: &Delivery) -> Value {
    json!({"run": {"shell": "bash", "working-directory": manifest(delivery).0}})
}
