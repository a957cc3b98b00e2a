//! The engine that every host gets as `install.sh`, run for real in throwaway Debian roots (`tests/hosts/engine/`).
//!
//! Each case gets a fresh overlay over one root that `debootstrap` makes once, in namespaces of its own, so nothing reaches
//! this machine. That needs root, `debootstrap` and a network: without them a case says `skipped: …`, or fails when
//! `SITEWRIGHT_NATIVE=require`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sitewright::emit::ENGINE;

/// What a case runs in: `/engine/install.sh` is the engine, `/tests` is the folder of cases.
const IN_THROWAWAY_ROOT: &str = r#"
set -e
base=$1 repository=$2 case=$3
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$base,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs tmpfs /mnt/root/run
mkdir /mnt/root/engine
cp "$base.install.sh" /mnt/root/engine/install.sh
cp -R "$repository/tests/hosts/engine" /mnt/root/tests
exec chroot /mnt/root bash /tests/inside.sh "$case"
"#;

const PACKAGES: &str = "--include=systemd,dbus,nginx-light,openssl,ca-certificates,curl,iproute2,jq,openssh-client";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shell(script: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .args(arguments)
        .output()
        .map_err(|error| format!("bash: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned())
}

/// The root that all cases lie over, made once and kept beside the build; or why there is none.
fn base() -> &'static Result<PathBuf, String> {
    static BASE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BASE.get_or_init(|| {
        let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engine-bookworm");
        let path = base.to_string_lossy();
        shell(r#"[ "$(id -u)" = 0 ]"#, &[]).map_err(|_| "not root".to_owned())?;
        shell("unshare -mpf --propagation private mount -t tmpfs tmpfs /mnt", &[])
            .map_err(|why| format!("no namespaces: {why}"))?;
        shell("command -v debootstrap", &[]).map_err(|_| "no debootstrap".to_owned())?;
        shell(
            r#"[ -d "$1" ] || { rm -rf "$1.new" && debootstrap --variant=minbase "$2" bookworm "$1.new" && mv "$1.new" "$1"; }"#,
            &[&path, PACKAGES],
        )
        .map_err(|why| format!("debootstrap could not make a root: {why}"))?;
        std::fs::write(format!("{path}.install.sh"), ENGINE).map_err(|error| format!("{path}.install.sh: {error}"))?;
        Ok(base)
    })
}

fn case(name: &str) {
    let base = match base() {
        Ok(base) => base.to_string_lossy(),
        Err(why) => {
            let required = std::env::var_os("SITEWRIGHT_NATIVE").is_some_and(|value| value == "require");
            assert!(!required, "cannot run: {why}");
            println!("skipped: {why}");
            return;
        }
    };
    let root = repository().to_string_lossy();
    let throwaway = [
        "-mpf",
        "--propagation",
        "private",
        "bash",
        "-c",
        IN_THROWAWAY_ROOT,
        "bash",
    ];
    let output = Command::new("unshare")
        .args(throwaway)
        .args([&*base, &*root, name])
        .output()
        .expect("unshare was found when the root was made");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// One test for each case, and one that holds this list against the cases that there are.
macro_rules! cases {
    ($($name:ident)*) => {
        $(#[test] fn $name() { case(stringify!($name)); })*

        #[test]
        fn every_case_runs() {
            let text = std::fs::read_to_string(repository().join("tests/hosts/engine/cases.sh")).unwrap();
            let written: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("case_")?.strip_suffix("() {")).collect();
            assert_eq!(written, [$(stringify!($name)),*]);
        }
    };
}

cases! {
    secrets generated masking preflight dry_run_touches_nothing unchanged broken_configuration unhealthy first_apply_fails hand_edit rollback refill json
    removed only two_at_once killed killed_going_back killed_at_first packages
}
