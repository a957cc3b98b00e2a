//! Every file of every bundle goes through the programs that will read it on the host, and through the linters that
//! people trust for its format. `tests/native/setup` installs them; where one is missing a test says `skipped`,
//! unless `SITEWRIGHT_NATIVE=require`.
//!
//! Before the bundles, each validator has to reject the bad samples of `tests/native/samples` and to accept the good
//! one, so that none is a test that cannot fail.

mod fill;
mod finding;
mod host;
mod layer;
mod plan;
mod tools;
mod validators;

use std::path::Path;

use finding::Finding;
use host::{File, Host};
use validators::Validator;

/// Everything that a validator has against one host.
fn findings_of(validator: &Validator, host: &Host) -> Vec<Finding> {
    let files: Vec<&File> = host.files.iter().filter(|file| (validator.takes)(file)).collect();
    if files.is_empty() {
        return Vec::new();
    }
    (validator.run)(host, &files)
}

/// All findings of all validators against the hosts of one environment's folder.
pub(crate) fn validate(environment: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dir in host::folders(environment) {
        let host = Host::read(&dir, &dir.display().to_string());
        findings.extend(
            validators::ALL
                .iter()
                .flat_map(|validator| findings_of(validator, &host)),
        );
    }
    findings
}

/// One family: its samples first, then every bundle.
fn family(name: &str) {
    let mut report = Vec::new();
    for validator in validators::ALL.iter().filter(|validator| validator.family == name) {
        if let Some(missing) = validator.missing() {
            assert!(
                !tools::required(),
                "{}: no {missing}; tests/native/setup installs it",
                validator.name
            );
            println!("skipped: no {missing} for {}", validator.name);
            continue;
        }
        prove(validator, &mut report);
        for host in host::all_hosts() {
            for finding in findings_of(validator, &host) {
                report.push(format!("{} on {}\n{finding}", validator.name, host.label));
            }
        }
    }
    report.dedup();
    assert!(report.is_empty(), "{} findings\n{}\n", report.len(), report.join("\n"));
}

/// `samples/<validator>/good…` must pass; each `bad-*` must be rejected with the words of its file `expect`.
fn prove(validator: &Validator, report: &mut Vec<String>) {
    let samples = tools::config("samples").join(validator.name);
    let mut bad = 0;
    for dir in host::folders(&samples) {
        let name = dir
            .file_name()
            .expect("a folder has a name")
            .to_string_lossy()
            .into_owned();
        let host = Host::read(&dir, &format!("samples/{}/{name}", validator.name));
        assert!(
            host.files.iter().any(|file| (validator.takes)(file)),
            "{}: the validator takes none of its files",
            host.label
        );
        let findings: Vec<String> = findings_of(validator, &host).iter().map(ToString::to_string).collect();
        let found = findings.join("\n");
        if name.starts_with("good") {
            if !findings.is_empty() {
                report.push(format!("{}: a good file is rejected:\n{found}", host.label));
            }
            continue;
        }
        bad += 1;
        let expected = std::fs::read_to_string(dir.join("expect")).unwrap_or_default();
        for words in expected.lines() {
            if !found.contains(words) {
                report.push(format!("{}: '{words}' is not among the findings:\n{found}", host.label));
            }
        }
        if findings.is_empty() || expected.is_empty() {
            report.push(format!("{}: a bad file passes, or nothing is expected", host.label));
        }
    }
    if bad == 0 {
        report.push(format!("{}: no bad sample proves it", validator.name));
    }
}

macro_rules! families {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            family(stringify!($name));
        })*

        /// The tests and the table name the same families.
        #[test]
        fn every_validator_has_a_test() {
            let tested = [$(stringify!($name)),*];
            for validator in validators::ALL {
                assert!(tested.contains(&validator.family), "{} is in no test", validator.name);
            }
        }
    };
}

families! {
    nginx compose shell systemd zones coredns postgres redis sshd fail2ban firewall logrotate cron sudo apt identity
    data leaks docs monitoring certbot plan actions
}

/// One run reports every finding of every file, not the first.
#[test]
fn all_findings_come_at_once() {
    if let Some(missing) = validators::ALL.iter().find_map(|validator| validator.missing()) {
        assert!(!tools::required(), "no {missing}; tests/native/setup installs it");
        println!("skipped: no {missing}");
        return;
    }
    let findings = validate(&tools::config("samples/environment"));
    for file in [
        "/etc/sudoers.d/broken",
        "/etc/logrotate.d/broken",
        "/usr/local/sbin/broken",
        "README.md",
    ] {
        assert!(
            findings.iter().any(|finding| finding.file == file),
            "{file}: no finding in {findings:#?}"
        );
    }
}

/// No file goes to a host unread: each is some validator's, or is on the list of those that have none.
#[test]
fn every_file_has_a_validator() {
    let mut unread = Vec::new();
    for host in host::all_hosts() {
        for file in &host.files {
            let taken = validators::ALL
                .iter()
                .any(|validator| !validator.generic && (validator.takes)(file));
            if !taken && !validators::EXEMPT.iter().any(|(exempt, _)| exempt(file)) {
                unread.push(format!("{}: {}", host.label, file.at));
            }
        }
    }
    assert!(unread.is_empty(), "no validator takes\n{}", unread.join("\n"));
}
