//! The READMEs and runbooks of a bundle: whole, of this site, and with links that lead somewhere.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use sitewright::resolve::Lock;

/// The example's documents, by path under their environment's folder.
fn example(environment: &str) -> BTreeMap<String, String> {
    let path = Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/site.example.yaml"));
    let compiler = sitewright::Compiler::new();
    let source = compiler.read(path).expect("the example is read");
    let beside = path.parent().expect("it is in a folder");
    let compilation = compiler.compile(&source, beside, &[environment.to_owned()], &Lock::default());
    let compiled = compilation
        .environments
        .into_iter()
        .next()
        .and_then(|environment| environment.compiled);
    compiled.expect("the example has no errors").documents
}

/// As forges make anchors of headings.
fn anchors(document: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut found = BTreeSet::new();
    for line in document.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if let (false, Some(heading)) = (fenced, line.strip_prefix('#')) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            found.insert(
                heading
                    .replace(' ', "-")
                    .replace(|c: char| !c.is_alphanumeric() && c != '-', ""),
            );
        }
    }
    found
}

#[test]
fn every_link_leads_somewhere() {
    for environment in ["production", "staging"] {
        let documents = example(environment);
        let mut links = 0;
        for (path, text) in &documents {
            let folder = Utf8Path::new(path).parent().expect("a path of a file");
            for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = match file.strip_prefix("../") {
                    _ if file.is_empty() => path.clone(),
                    Some(above) => above.to_owned(),
                    None => folder.join(file).into_string(),
                };
                let target = documents.get(&target).unwrap_or_else(|| panic!("{path}: no {target}"));
                assert!(
                    anchor.is_empty() || anchors(target).contains(anchor),
                    "{path}: no {link}"
                );
                links += 1;
            }
        }
        assert!(links > 5, "{links}");
    }
}

#[test]
fn documents_are_whole_and_of_this_site() {
    let documents = example("production");
    let readme = &documents["vps/README.md"];
    for text in [
        "acme-restore --service db",
        "acme-deploy api ARCHIVE --sha256 DIGEST",
        "install -m 0600 /dev/stdin /etc/acme/secrets/slack_webhook   # Slack app settings, Incoming Webhooks",
        "acme-restore --all --from offsite --yes",
        "restarts the 2 instances of acme-api",
    ] {
        assert!(readme.contains(text), "no {text}");
    }
    for (path, text) in &documents {
        assert_eq!(text.matches("```").count() % 2, 0, "{path}: an open block");
        assert!(!text.contains("\n\n\n"), "{path}: two empty lines");
        assert!(
            text.lines().all(|line| line.trim_end() == line),
            "{path}: trailing spaces"
        );
        assert!(!text.contains("{{"), "{path}: a placeholder");
    }
    let runbook = &example("staging")["RUNBOOK.md"];
    assert!(runbook.contains("though they keep data: `db`"), "{runbook}");
}
