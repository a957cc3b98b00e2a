//! `deploy.sh` as it is emitted, against stand-ins: an `ssh` that runs its command on this machine in a folder for each
//! address, and hosts whose installer, health check and deployments only count. What it must get right is the order, and
//! who goes back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

const SSH: &str = r#"#!/bin/bash
# A stand-in for ssh: everything is said in a log, keys and known hosts are looked at.
printf 'argv %s\n' "$*" >>"$BED/argv"
while (($#)); do
  case $1 in
    -i) grep -q PRIVATE "$2" && [[ $(stat -c %a "$2") == 600 ]] && touch "$BED/key-seen"; shift ;;
    -o) [[ $2 != UserKnownHostsFile=* ]] || cp "${2#*=}" "$BED/known"; shift ;;
    -p | -F) shift ;;
    -O) exit 0 ;;
    -fN) master=1 ;;
    --) shift; break ;;
  esac
  shift
done
address=${1#*@} root=$BED/$address
[[ -d $root ]] || { echo "no route to $address" >&2; exit 255; }
[[ -z ${master-} ]] || exit 0
command=${2//\/usr\/local\/sbin/$root}
command=${command//\/var\/lib\/sitewright/$root}
cd "$root" && ROOT=$root PATH=$BED/bin:$PATH exec bash -c "$command"
"#;

const SUDO: &str = "#!/bin/bash\n[[ $1 == -n && $2 == -- ]] || exit 9\nshift 2\nexec \"$@\"\n";

/// Applies by raising the generation, unless it is told to fail.
const INSTALL: &str = r#"#!/bin/bash
echo "install ${ROOT##*/} $*" >>"$BED/log"
case $1 in
  --apply) [[ ! -e $ROOT/refuse ]] || exit 1; echo $(($(cat "$ROOT/acme/current") + 1)) >"$ROOT/acme/current" ;;
  --rollback) echo "${2/--yes/0}" >"$ROOT/acme/current" ;;
esac
"#;

const HEALTH: &str = "#!/bin/bash\nread -r status <\"$ROOT/health\"\nexit \"$status\"\n";

const DEPLOY: &str = r#"#!/bin/bash
echo "deploy ${ROOT##*/} $*" >>"$BED/log"
[[ $2 == - ]] || exit 0
[[ $(sha256sum) == "$4 "* && ! -e $ROOT/refuse ]]
"#;

struct Bed {
    folder: tempfile::TempDir,
}

impl Bed {
    /// Two hosts, each at generation 4 and well.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bed = Self { folder };
        let emitted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites/delivery/out/production");
        for name in ["deploy.sh", "deploy.tsv"] {
            bed.write(
                &format!("bundle/{name}"),
                &fs::read_to_string(emitted.join(name)).unwrap(),
            );
        }
        bed.write("bin/ssh", SSH);
        bed.write("bin/sudo", SUDO);
        for (host, address) in [("web1", "203.0.113.10"), ("web2", "203.0.113.11")] {
            bed.write(&format!("bundle/{host}/install.sh"), INSTALL);
            bed.write(&format!("{address}/acme/current"), "4\n");
            bed.write(&format!("{address}/acme-health-check"), HEALTH);
            bed.write(&format!("{address}/acme-deploy"), DEPLOY);
            bed.write(&format!("{address}/health"), "1\n");
        }
        bed
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap_or_default()
    }

    #[allow(clippy::disallowed_methods)] // the environment has no say in a bundle, but it has in a test run
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let path = format!(
            "{}/bin:{}",
            self.folder.path().display(),
            std::env::var("PATH").unwrap()
        );
        let output = Command::new("bash")
            .arg(self.folder.path().join("bundle/deploy.sh"))
            .args(arguments)
            .env("PATH", path)
            .env("BED", self.folder.path())
            .env("CI", "true")
            .env("SSH_KEY", "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n")
            .env("SSH_KNOWN_HOSTS", "[203.0.113.10]:2222 ssh-ed25519 AAAA")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8(said).unwrap())
    }

    fn generations(&self) -> [String; 2] {
        ["203.0.113.10", "203.0.113.11"].map(|host| self.read(&format!("{host}/acme/current")).trim().to_owned())
    }
}

#[test]
fn hosts_take_a_bundle_one_after_the_other() {
    let bed = Bed::new();
    let (code, said) = bed.run(&["install"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        bed.read("log"),
        "install 203.0.113.10 --apply --yes\ninstall 203.0.113.11 --apply --yes\n"
    );
    assert_eq!(bed.generations(), ["5", "5"]);
    // The key is in a file of its own while it runs, and on no command line.
    assert!(bed.folder.path().join("key-seen").exists() && !bed.read("argv").contains("secret"));
    assert_eq!(bed.read("known"), "[203.0.113.10]:2222 ssh-ed25519 AAAA\n");
    let argv = bed.read("argv");
    assert!(
        argv.lines()
            .all(|line| line.contains("StrictHostKeyChecking=yes") && line.contains("-p 2222")),
        "{argv}"
    );
    assert!(argv.contains("deploy@203.0.113.11"), "{argv}");
}

#[test]
fn when_one_host_refuses_all_go_back() {
    let bed = Bed::new();
    bed.write("203.0.113.11/refuse", "");
    let (code, said) = bed.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("web2 does not take it") && said.contains("web2 is as it was"),
        "{said}"
    );
    assert_eq!(bed.generations(), ["4", "4"]);
    assert!(
        bed.read("log").ends_with("install 203.0.113.10 --rollback 4 --yes\n"),
        "{}",
        bed.read("log")
    );
}

#[test]
fn a_host_that_is_not_well_stops_it_before_the_next() {
    let bed = Bed::new();
    bed.write("203.0.113.10/health", "2\n");
    let (code, said) = bed.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("web1 is not well with it"), "{said}");
    assert_eq!(
        bed.read("log"),
        "install 203.0.113.10 --apply --yes\ninstall 203.0.113.10 --rollback 4 --yes\n"
    );
}

#[test]
fn nothing_begins_when_a_host_cannot_be_reached() {
    let bed = Bed::new();
    fs::remove_dir_all(bed.folder.path().join("203.0.113.11")).unwrap();
    let (code, said) = bed.run(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("no route to 203.0.113.11") && bed.read("log").is_empty(),
        "{said}"
    );
}

#[test]
fn a_release_goes_back_where_it_was_taken() {
    let bed = Bed::new();
    bed.write("pages.tar", "a release");
    let archive = bed.folder.path().join("pages.tar");
    let archive = archive.to_str().unwrap();
    let (code, said) = bed.run(&["release", "pages", archive]);
    assert_eq!(code, 0, "{said}");
    bed.write("203.0.113.11/refuse", "");
    let (code, said) = bed.run(&["release", "pages", archive]);
    assert_eq!(code, 1, "{said}");
    let log = bed.read("log");
    let last: Vec<&str> = log.lines().rev().take(2).collect();
    assert_eq!(last[0], "deploy 203.0.113.10 pages --rollback", "{log}");
    assert!(last[1].starts_with("deploy 203.0.113.11 pages - --sha256 "), "{log}");
    let (code, said) = bed.run(&["release", "nothing", archive]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn one_host_alone_and_wrong_usage() {
    let bed = Bed::new();
    let (code, _) = bed.run(&["install", "--host", "web2"]);
    assert_eq!((code, bed.generations()), (0, ["4".to_owned(), "5".to_owned()]));
    for arguments in [
        &["install", "--host", "web3"][..],
        &["--what"],
        &["release", "pages"],
        &["install", "plan"],
    ] {
        assert_eq!(bed.run(arguments).0, 2, "{arguments:?}");
    }
    bed.write("203.0.113.10/health", "2\n");
    let (code, said) = bed.run(&["health"]);
    assert!(code == 1 && said.contains("web2"), "{said}");
}
