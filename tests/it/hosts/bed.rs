//! The bed: prepared once, held by one test at a time on the whole machine, since its addresses are fixed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::host::Host;

/// Where the stranger stands, and the ACME test server with it: its certificate names this address.
const OUTSIDE: &str = "outside";

pub(super) struct Bed {
    facts: BTreeMap<String, String>,
    pub(super) keep: bool,
    _alone: (MutexGuard<'static, ()>, Machine),
}

impl Bed {
    /// The bed, prepared and empty; `None` where host tests were not asked for, which is said.
    pub(super) fn get() -> Option<Self> {
        #[allow(clippy::disallowed_methods)]
        // the environment has no say in a bundle, but it has in a test run
        let asked = std::env::var("SITEWRIGHT_HOSTS").unwrap_or_default();
        let keep = asked == "keep";
        if !keep && asked != "1" && asked != "require" {
            println!("skipped: host tests run with SITEWRIGHT_HOSTS=1 (root, some minutes, 3 GB)");
            return None;
        }
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        // A test that failed has poisoned the lock, and harmed nobody.
        let thread = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let machine = Machine::hold();
        let bed = Self {
            facts: prepared().clone(),
            keep,
            _alone: (thread, machine),
        };
        bed.clear();
        Some(bed)
    }

    /// What `prepare` says of the bed: `gateway`, `outside`, `coredns` …
    pub(super) fn fact(&self, name: &str) -> &str {
        self.facts
            .get(name)
            .unwrap_or_else(|| panic!("tests/hosts/prepare prints no `{name}`"))
    }

    pub(super) fn docker(&self) -> Command {
        let mut docker = Command::new("/usr/bin/docker");
        docker.arg(format!("--host=unix://{}", self.fact("socket")));
        docker
    }

    /// Boots a bare host at an address of the bed's network (10.89.77.10 to .127).
    pub(super) fn host(&self, name: &str, address: &str) -> Host<'_> {
        Host::boot(self, name, address)
    }

    /// A machine of a stranger: every request comes from here, so it passes the host's firewall.
    pub(super) fn outside(&self) -> Host<'_> {
        Host::stranger(self, OUTSIDE, self.fact("outside"))
    }

    /// Removes what a killed test has left.
    fn clear(&self) {
        let left = self
            .docker()
            .args(["ps", "--all", "--quiet", "--filter=label=sitewright.bed"])
            .output()
            .expect("docker runs: prepare has asked it");
        let left = String::from_utf8_lossy(&left.stdout).into_owned();
        for container in left.split_whitespace() {
            let _ = self.docker().args(["rm", "--force", "--volumes", container]).output();
        }
    }
}

/// A lock that goes with this process however it ends: its holder reads from us until we are gone.
struct Machine(Child);

const LOCK: &str = "exec 9>/run/lock/sitewright-bed
    flock --nonblock 9 || { echo 'waiting: another test run has the bed' >&2; flock 9; }
    echo held; exec cat";

impl Machine {
    fn hold() -> Self {
        let mut holder = Command::new("sh")
            .args(["-c", LOCK])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell is there");
        let said = holder.stdout.take().expect("its output is piped");
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).expect("flock prints a line");
        assert_eq!(line, "held\n", "flock could not lock the bed");
        Self(holder)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn prepared() -> &'static BTreeMap<String, String> {
    static FACTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FACTS.get_or_init(|| {
        let facts = prepare();
        facts
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    })
}

/// Runs `tests/hosts/prepare`; its steps and their times pass through to this test's stderr.
fn prepare() -> String {
    let output = Command::new(folder().join("prepare"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("tests/hosts/prepare can be run");
    assert!(
        output.status.success(),
        "tests/hosts/prepare failed: what it said stands above"
    );
    String::from_utf8(output.stdout).expect("facts are ASCII")
}

/// `tests/hosts` of this checkout.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts")
}
