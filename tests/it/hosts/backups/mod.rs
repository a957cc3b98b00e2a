//! Backups and messages: a site with something to lose, an S3 server, and a listener that writes down what it is told.
//!
//! restic, PostgreSQL, Redis, the S3 server (versitygw) and the mail server (aiosmtpd) are real; the web server is a few
//! lines of Python.

mod faults;
mod messages;
mod retention;
mod room;
mod storage;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::bed::{Bed, Ground, folder};
use super::checks::{Check, Checks, expect, within};
use super::host::{Host, Output};

/// The stranger's, as `tests/hosts/backups/site.yaml` has it.
const STRANGER: &str = "10.89.77.8";
const VAULT: &str = "10.89.77.30";
const SPARE: &str = "10.89.77.31";

/// Words that only secret addresses and passwords hold.
const HOOK_TOKEN: &str = "T0KENofTHEhook";
const BEAT_TOKEN: &str = "T0KENofTHEbeat";
const MAIL_PASSWORD: &str = "T0KENofTHEmail \"\\%";
const S3_KEY: &str = "depotaccess";
const S3_SECRET: &str = "T0KENofTHEstore";

struct Scene<'bed> {
    vault: Host<'bed>,
    outside: Host<'bed>,
}

#[test]
fn what_is_saved_comes_back_and_what_fails_is_told() {
    let Some(bed) = Bed::get(Ground::Backups) else { return };
    assert_eq!(
        bed.outside_address(),
        STRANGER,
        "the manifest names the stranger's address"
    );
    let bundle = compile();
    let scene = Scene {
        vault: bed.host("vault", VAULT),
        outside: bed.outside(),
    };
    let spare = bed.host("spare", SPARE);
    open_stranger(&bed, &scene.outside);
    let mut checks = Checks::default();

    checks.that("two bare hosts take the bundle", || {
        std::thread::scope(|scope| {
            let both = [&scene.vault, &spare].map(|host| scope.spawn(|| install_first(host, &bundle)));
            both.into_iter()
                .try_for_each(|one| one.join().expect("it only reports"))
        })
    });
    storage::check(&scene, &spare, &mut checks);
    retention::check(&scene, &mut checks);
    faults::check(&scene, &mut checks);
    room::check(&scene, &mut checks);
    messages::check(&scene, &mut checks);
    checks.all_hold();
}

impl Scene<'_> {
    /// All that the listener has got, oldest first.
    fn received(&self) -> Result<Vec<Value>, String> {
        let text = self.outside.run("cat /srv/listener/received.jsonl 2>/dev/null").stdout;
        text.lines()
            .map(|line| serde_json::from_str(line).map_err(|error| format!("{error}: {line}")))
            .collect()
    }

    /// What it has got since the last call.
    fn told(&self) -> Result<Vec<Value>, String> {
        let all = self.received();
        self.outside.run("rm -f /srv/listener/received.jsonl").ok()?;
        all
    }

    /// The scheduled run, by the very line of the crontab.
    fn nightly(&self) -> Output {
        scheduled(&self.vault, "/etc/cron.d/depot-backup", "run-job backup")
    }

    fn status(&self) -> Result<Value, String> {
        let text = self.vault.run("cat /var/lib/depot/backup-status.json").ok()?;
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
    }

    /// Everything of the vault's health that is not well.
    fn ill(&self) -> Result<Vec<(String, String)>, String> {
        let said = self.vault.run("depot-health-check --json").stdout;
        let report: Value = serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
        let probes = report["probes"].as_array().ok_or("no probes")?;
        Ok(probes
            .iter()
            .filter(|probe| probe["status"] == "critical")
            .map(|probe| (word(&probe["name"]), word(&probe["message"])))
            .collect())
    }
}

/// Runs the command of the one line of a crontab that holds `what`, as cron would.
fn scheduled(host: &Host<'_>, crontab: &str, what: &str) -> Output {
    host.run(&format!(
        "line=$(grep -F '{what}' {crontab}) && set -f && set -- $line && shift 6 && set +f && cd / && env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c \"$*\""
    ))
}

/// A text of JSON, or what stands there instead.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Of messages, those that came one way; on the web, to this path.
fn came<'a>(messages: &'a [Value], way: &str, path: &str) -> Vec<&'a Value> {
    messages
        .iter()
        .filter(|message| message["way"] == way && (way == "mail" || message["path"] == path))
        .collect()
}

fn compile() -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts-backups");
    let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .arg("compile")
        .arg(folder().join("backups/site.yaml"))
        .args(["--env", "testbed", "-o"])
        .arg(&out)
        .output()
        .expect("cargo has built the binary");
    let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
    assert!(compiled.status.success(), "the site does not compile:\n{said}");
    out.join("testbed/vault")
}

/// The S3 server and the listener, with the certificate of the bed's authority that names the stranger's address.
fn open_stranger(bed: &Bed, outside: &Host<'_>) {
    outside.copy_in(bed.fact("s3").as_ref(), "/usr/local/bin/versitygw");
    outside.copy_in(bed.fact("mail").as_ref(), "/usr/local/lib/listener");
    outside.copy_in(&folder().join("backups/listener"), "/usr/local/bin/listener");
    let tls = "/etc/pebble/pebble.crt /etc/pebble/pebble.key"
        .split_once(' ')
        .expect("two paths");
    outside
        .run(&format!(
            "mkdir -p /srv/listener /srv/s3/depot-backups && printf %s '{MAIL_PASSWORD}' >/srv/listener/password"
        ))
        .ok()
        .expect("the stranger has folders");
    outside.start_in_background(&format!(
        "ROOT_ACCESS_KEY={S3_KEY} ROOT_SECRET_KEY={S3_SECRET} exec versitygw --port :7070 --cert {0} --key {1} posix /srv/s3 >/var/log/s3.log 2>&1",
        tls.0, tls.1
    ));
    outside.start_in_background(&format!(
        "PYTHONPATH=/usr/local/lib/listener exec listener {} {} /srv/listener >/var/log/listener.log 2>&1",
        tls.0, tls.1
    ));
    within(Duration::from_secs(30), || {
        outside
            .run("for port in 7070 8443 587; do nc -z 127.0.0.1 $port || { echo \"nothing on $port\"; cat /var/log/s3.log /var/log/listener.log; exit 1; }; done")
            .ok()
            .map(drop)
    })
    .unwrap_or_else(|why| panic!("the stranger's servers do not come up: {why}"));
}

/// What an operator brings, and the first installation.
fn install_first(host: &Host<'_>, bundle: &Path) -> Check {
    host.copy_in(bundle, "/root/bundle");
    host.run(&format!(
        "set -e; umask 077; install -d -m 0755 /etc/depot; install -d -m 0700 /etc/depot/secrets; cd /etc/depot/secrets
        printf %s '{MAIL_PASSWORD}' >smtp
        printf %s 'https://{STRANGER}:8443/{HOOK_TOKEN}' >slack
        printf %s 'https://{STRANGER}:8443/{BEAT_TOKEN}/%h' >heartbeat
        printf %s {S3_KEY} >s3.access_key_id
        printf %s {S3_SECRET} >s3.secret_access_key"
    ))
    .ok()?;
    host.run("/root/bundle/install.sh --apply --yes 2>&1").ok().map(drop)
}
