//! The bed: prepared once. Each test has a ground of its own on it, with fixed addresses, and holds it on the whole machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, OnceLock};

use super::host::Host;

/// A test's part of the bed: its machines are called after it, and nobody else has its ten addresses.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ground {
    /// From 10.89.77.10.
    Example,
    /// From 10.89.77.20.
    Bare,
    /// From 10.89.77.30; its manifest names the stranger, 10.89.77.8.
    Backups = 6,
    /// From 10.89.77.40.
    Containers = 3,
    /// From 10.89.77.50.
    Neurmatic = 4,
    /// From 10.89.77.70.
    Ha = 2,
    /// From 10.89.77.90.
    Rotation = 7,
    /// From 10.89.77.80.
    Failover = 5,
    /// From 10.89.77.100.
    Hub = 107,
}

impl Ground {
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// About how long its test takes.
    fn minutes(self) -> u32 {
        match self {
            Self::Failover => 15,
            Self::Example | Self::Hub => 7,
            Self::Backups | Self::Containers | Self::Neurmatic => 6,
            Self::Ha | Self::Rotation => 3,
            Self::Bare => 1,
        }
    }

    /// Where its stranger stands, and the ACME test server with it, whose certificate names this address.
    pub(super) const fn outside(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 89, 77, 2 + self as u8)
    }
}

pub(super) struct Bed {
    ground: Ground,
    facts: BTreeMap<String, String>,
    pub(super) keep: bool,
    /// What takes long is asked for too.
    pub(super) all: bool,
    _alone: Machine,
    _turn: Turn,
}

impl Bed {
    /// The bed, prepared, and its ground empty; `None` where host tests were not asked for, which is said.
    pub(super) fn get(ground: Ground) -> Option<Self> {
        let asked = asked();
        if asked.is_empty() {
            println!("skipped: host tests run with SITEWRIGHT_HOSTS=1 (root, some minutes, 3 GB)");
            return None;
        }
        let bed = Self {
            ground,
            _alone: Machine::hold(&ground.name()),
            _turn: Turn::take(ground),
            facts: prepared().clone(),
            keep: asked == "keep",
            all: is_all(&asked),
        };
        bed.clear();
        Some(bed)
    }

    /// The bed for a test that takes long, which `SITEWRIGHT_HOSTS=all` and `keep` ask for.
    pub(super) fn for_long(ground: Ground) -> Option<Self> {
        if !is_all(&asked()) {
            println!("skipped: this one takes long, and runs with SITEWRIGHT_HOSTS=all");
            return None;
        }
        Self::get(ground)
    }

    /// Further stand-in images, for hosts to pull.
    pub(super) fn images(&self, names: &[&str]) {
        prepare(names);
    }

    /// What `prepare` says of the bed: `gateway`, `coredns` …
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

    /// Boots a bare host at an address of the ground.
    pub(super) fn host(&self, name: &str, address: &str) -> Host<'_> {
        Host::boot(self, name, address)
    }

    /// A machine of a stranger: every request comes from here, so it passes the host's firewall.
    pub(super) fn outside(&self) -> Host<'_> {
        Host::stranger(self, "outside", &self.outside_address())
    }

    pub(super) fn outside_address(&self) -> String {
        self.ground.outside().to_string()
    }

    /// What the engine calls a machine of this ground.
    pub(super) fn container(&self, name: &str) -> String {
        format!("sitewright-{}-{name}", self.ground.name())
    }

    /// By it `clear` knows the machines of this ground.
    pub(super) fn label(&self) -> String {
        format!("sitewright.bed={}", self.ground.name())
    }

    /// Removes what a killed test has left.
    fn clear(&self) {
        let left = self
            .docker()
            .args(["ps", "--all", "--quiet"])
            .arg(format!("--filter=label={}", self.label()))
            .output()
            .expect("docker runs: prepare has asked it");
        let left = String::from_utf8_lossy(&left.stdout).into_owned();
        for container in left.split_whitespace() {
            let _ = self.docker().args(["rm", "--force", "--volumes", container]).output();
        }
    }
}

/// So many tests of hosts run at a time: what a host promises in seconds, it cannot keep where six of them share two processors.
const AT_ONCE: usize = 3;

/// How many run, and the minutes of each that waits.
struct Places {
    running: usize,
    waiting: Vec<u32>,
}

static PLACES: Mutex<Places> = Mutex::new(Places {
    running: 0,
    waiting: Vec::new(),
});
static CHANGED: Condvar = Condvar::new();

/// One of these places, until it is dropped. Who takes longest goes first, so that nobody is left to run alone at the end.
struct Turn;

impl Turn {
    fn take(ground: Ground) -> Self {
        let minutes = ground.minutes();
        let mut places = PLACES.lock().expect("no holder panics");
        places.waiting.push(minutes);
        let mut places = CHANGED
            .wait_while(places, |places| {
                places.running >= AT_ONCE || places.waiting.iter().any(|others| *others > minutes)
            })
            .expect("no holder panics");
        let own = places.waiting.iter().position(|waiting| *waiting == minutes);
        places.waiting.swap_remove(own.expect("it waits here"));
        places.running += 1;
        CHANGED.notify_all();
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        PLACES.lock().expect("no holder panics").running -= 1;
        CHANGED.notify_all();
    }
}

/// A lock that goes with this process however it ends: its holder reads from us until we are gone.
struct Machine(Child);

const LOCK: &str = "exec 9>/run/lock/sitewright-bed-$0
    flock --nonblock 9 || { echo \"waiting: another test run has the bed's ground $0\" >&2; flock 9; }
    echo held; exec cat";

impl Machine {
    fn hold(ground: &str) -> Self {
        let mut holder = Command::new("sh")
            .args(["-c", LOCK, ground])
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
        let facts = prepare(&[]);
        facts
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    })
}

/// Runs `tests/hosts/prepare`; its steps and their times pass through to this test's stderr.
fn prepare(images: &[&str]) -> String {
    let output = Command::new(folder().join("prepare"))
        .args(images)
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

/// What was asked of host tests; empty if they were not.
#[allow(clippy::disallowed_methods)] // the environment has no say in a bundle, but it has in a test run
fn asked() -> String {
    let asked = std::env::var("SITEWRIGHT_HOSTS").unwrap_or_default();
    let known = ["1", "require", "all", "keep"].contains(&asked.as_str());
    if known { asked } else { String::new() }
}

fn is_all(asked: &str) -> bool {
    asked == "all" || asked == "keep"
}

/// A site in a folder of its own, of files of `tests/hosts` by the names that they get there; keys/ is for the test to fill.
pub(super) fn site_of(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&site);
    std::fs::create_dir_all(site.join("keys")).expect("cargo's folder for tests can be written");
    for (from, to) in files {
        std::fs::copy(folder().join(from), site.join(to)).expect("it is in the checkout");
    }
    site
}
