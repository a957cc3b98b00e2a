use super::workflow::ACTIONS;
use super::*;
use crate::site::fixture;

fn site(forge: Forge, approve: bool) -> Site {
    Site {
        hosts: vec![fixture::host("vps")],
        delivery: Some(Delivery {
            origin: fixture::at("/deploy"),
            forge: Some(forge),
            branch: "main".into(),
            approve,
            user: "marie".into(),
            manifest: "infra/site.yaml".into(),
            install: vec!["tools/get sitewright".into(), "--quiet".into()],
        }),
        ..fixture::site()
    }
}

fn workflow(site: &Site, path: &str) -> serde_json::Value {
    serde_yaml::from_str(&emit(site).workflows[path]).unwrap()
}

#[test]
fn nothing_is_made_unless_it_is_asked_for() {
    let files = emit(&fixture::site());
    assert!(files.programs.is_empty() && files.data.is_empty() && files.workflows.is_empty());
}

#[test]
fn actions_are_pinned_to_commits_that_were_looked_at() {
    for forge in [Forge::Github, Forge::Gitea] {
        for text in emit(&site(forge, true)).workflows.values() {
            for line in text.lines().filter(|line| line.contains("uses:")) {
                let known = ACTIONS
                    .iter()
                    .any(|action| line.contains(&format!("{} # v", action.reference())));
                assert!(known, "{line}");
            }
        }
    }
}

#[test]
fn an_approval_is_the_forges_own() {
    let github = workflow(
        &site(Forge::Github, true),
        ".github/workflows/site-deploy-production.yaml",
    );
    assert_eq!(github["jobs"]["deploy"]["environment"], "production");
    assert_eq!(github["on"]["push"]["paths"][0], "infra/out/production/**");
    // Gitea knows no environment: somebody starts it by hand.
    let gitea = workflow(
        &site(Forge::Gitea, true),
        ".gitea/workflows/site-deploy-production.yaml",
    );
    assert!(gitea["on"].get("push").is_none() && gitea["jobs"]["deploy"].get("environment").is_none());
    let gitea = workflow(
        &site(Forge::Gitea, false),
        ".gitea/workflows/site-deploy-production.yaml",
    );
    assert!(gitea["on"].get("push").is_some());
    assert_eq!(
        gitea["jobs"]["deploy"]["steps"][1]["env"]["SSH_KEY"],
        "${{ secrets.PRODUCTION_SSH_KEY }}"
    );
}

#[test]
fn scripts_hold_no_expression_and_words_stay_words() {
    for forge in [Forge::Github, Forge::Gitea] {
        let check = workflow(
            &site(forge, true),
            &format!("{}/workflows/site-check.yaml", forge_folder(forge)),
        );
        assert_eq!(check["permissions"], serde_json::json!({}));
        for job in check["jobs"].as_object().unwrap().values() {
            let scripts = job["steps"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|step| step["run"].as_str());
            let scripts: Vec<&str> = scripts.collect();
            assert!(scripts.iter().all(|script| !script.contains("${{")), "{scripts:?}");
            assert!(scripts.contains(&"'tools/get sitewright' --quiet\n"), "{scripts:?}");
        }
    }
}
