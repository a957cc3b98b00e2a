use super::*;
use crate::site::{Os, Package, fixture};

#[test]
fn a_host_gets_the_sources_that_its_packages_come_from() {
    let mut host = fixture::host("vps");
    host.packages = vec![
        Package::of_distribution("nginx"),
        Package {
            name: "postgresql-17".into(),
            repository: Some(Repository::Postgresql),
        },
    ];
    let emission = emit(&fixture::site(), &host);
    let paths: Vec<&str> = emission
        .artifacts
        .iter()
        .map(|artifact| artifact.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "/etc/apt/keyrings/postgresql.asc",
            "/etc/apt/sources.list.d/postgresql.sources",
            "/etc/apt/preferences.d/postgresql.pref"
        ]
    );
    assert!(
        emission
            .artifacts
            .iter()
            .all(|artifact| artifact.phase == Phase::Repository)
    );
    assert!(emission.artifacts[1].content.contains("Suites: bookworm-pgdg\n"));
    assert!(
        emission.artifacts[1]
            .content
            .contains("Signed-By: /etc/apt/keyrings/postgresql.asc\n")
    );
}

#[test]
fn containers_bring_docker() {
    let mut host = fixture::host("vps");
    host.os = Os::Ubuntu2404;
    host.containers = vec![fixture::container("cache")];
    let emission = emit(&fixture::site(), &host);
    assert!(
        emission.artifacts[1]
            .content
            .contains("URIs: https://download.docker.com/linux/ubuntu\nSuites: noble\n")
    );
}

#[test]
fn keys_are_those_that_their_owners_publish() {
    for (repository, fingerprint) in [
        (Repository::Docker, "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"),
        (Repository::Postgresql, "B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8"),
        (Repository::NodeSource(24), "6F71F525282841EEDAF851B42F59B5F99B1BE0B4"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key.asc");
        std::fs::write(&key, repository::source(repository, Os::Debian12).key).unwrap();
        let shown = std::process::Command::new("gpg")
            .arg("--homedir")
            .arg(folder.path())
            .args(["--with-colons", "--show-keys"])
            .arg(&key)
            .output();
        let Ok(shown) = shown else {
            eprintln!("skipped: no gpg");
            return;
        };
        let text = String::from_utf8(shown.stdout).unwrap();
        let keys: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("fpr:::::::::"))
            .map(|rest| rest.trim_end_matches(':'))
            .collect();
        assert_eq!(
            text.lines().filter(|line| line.starts_with("pub:")).count(),
            1,
            "one key"
        );
        assert_eq!(keys.first(), Some(&fingerprint));
    }
}
