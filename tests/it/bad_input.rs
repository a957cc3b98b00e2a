//! Bad input gives one clear message and exit 1 or 2, and the bundle on disk stays as it was.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::sites::files;

const SITE: &str = "\
sitewright: 1
site: {name: acme, domain: acme.example, contact: ops@acme.example}
hosts: {vps: {address: 203.0.113.10, os: debian-12, size: {cpus: 2, memory: 4GiB, disk: 40GiB}}}
services: {web: {kind: static, release: {dir: /opt/acme/web}}}
";

const PROGRAM: &str = env!("CARGO_BIN_EXE_sitewright");

/// A folder with a manifest and its bundle.
struct Bed {
    folder: tempfile::TempDir,
}

impl Bed {
    fn new() -> Self {
        let bed = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        bed.write("site.yaml", SITE);
        let output = bed.run(&["compile"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        bed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Compiles, and holds what must always hold where that fails; gives what was said.
    fn refused(&self, arguments: &[&str], code: i32) -> String {
        let before = files(&self.path("out"));
        let output = self.run(arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert!(
            said.len() < 8_192,
            "{arguments:?}: too long to read: {} bytes",
            said.len()
        );
        assert!(!said.contains('\u{1b}'), "colour where there is no terminal: {said}");
        assert_eq!(files(&self.path("out")), before, "{arguments:?}: out/ was touched");
        let messages = said
            .lines()
            .filter(|line| line.starts_with("error[") || line.starts_with("sitewright: "));
        assert_eq!(messages.count(), 1, "{arguments:?}: one message: {said}");
        said
    }

    /// Compiles a manifest of this content, which has one error of this code, that says what to do.
    fn error(&self, content: impl AsRef<[u8]>, code: &str) {
        self.write("bad.yaml", content);
        self.error_in("bad.yaml", code);
    }

    fn error_in(&self, name: &str, code: &str) {
        for arguments in [vec!["compile", name], vec!["check", name]] {
            let said = self.refused(&arguments, 1);
            assert!(said.contains(&format!("error[{code}]")), "{code}: {said}");
            assert!(said.contains("help: "), "{code} says what to do: {said}");
        }
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn with(line: &str) -> String {
    format!("{SITE}{line}\n")
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

#[test]
fn files_that_are_no_manifest() {
    let bed = Bed::new();
    bed.error(b"site: {name: caf\xe9}\n", "not-utf8");
    bed.error("", "empty-file");
    bed.error("# nothing\n", "empty-file");
    bed.error("- a\n- b\n", "wrong-type");
    bed.error("text\n", "wrong-type");
    bed.error(SITE.replace("site: {", "site: {{"), "yaml-syntax");
    bed.error(format!("{SITE}---\n{SITE}"), "several-documents");
    bed.error([SITE.as_bytes(), b"\0"].concat(), "yaml-syntax");
    fs::create_dir(bed.path("folder")).unwrap();
    bed.error_in("folder", "unreadable-file");
    bed.error_in("missing.yaml", "no-such-file");
    bed.error_in("site.yaml/x", "unreadable-file");
    bed.error_in("/dev/zero", "too-large");
    fs::File::create(bed.path("huge.yaml"))
        .unwrap()
        .set_len(100 << 20)
        .unwrap();
    bed.error_in("huge.yaml", "too-large");
    // As large as a file may be, and nothing but one text.
    bed.error(with(&format!("x: {}", "y".repeat(3 << 20))), "unknown-key");
}

#[test]
fn manifests_that_exhaust_their_reader() {
    let bed = Bed::new();
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    bed.error(bomb, "alias-bomb");
    bed.error(
        with(&format!("x: {}{}", "[".repeat(10_000), "]".repeat(10_000))),
        "too-deep",
    );
    bed.error(with(&format!("x: {}", "[".repeat(10_000))), "too-deep");
    bed.error(
        with(&format!("x: {}1{}", "{a: ".repeat(10_000), "}".repeat(10_000))),
        "too-deep",
    );
    let mut blocks = String::from("x:\n");
    (1..10_000)
        .take(1_500)
        .for_each(|depth| blocks.push_str(&format!("{}a:\n", " ".repeat(depth))));
    bed.error(with(&blocks), "too-deep");
    bed.error(with("x: &x [*x]"), "alias-cycle");
}

#[test]
fn values_that_cannot_be() {
    let bed = Bed::new();
    let service = |more: &str| SITE.replace("{dir: /opt/acme/web}", &format!("{{dir: /opt/acme/web}}, {more}"));
    bed.error(
        with("site: {name: other, domain: other.example, contact: ops@other.example}"),
        "duplicate-key",
    );
    bed.error(service("spaa: true"), "unknown-key");
    bed.error(service("spa: maybe"), "wrong-type");
    bed.error(service("spa: null, on: {a: b}"), "wrong-type");
    bed.error(service("kin: x"), "unknown-key");
    bed.error(SITE.replace("memory: 4GiB", "memory: 4G"), "invalid-value");
    bed.error(SITE.replace("203.0.113.10", "203.0.113.300"), "invalid-value");
    bed.error(SITE.replace("sitewright: 1", "sitewright: 2"), "unknown-value");
    bed.error(SITE.replace("domain: acme.example, ", ""), "missing-key");
    bed.error(SITE.replace("kind: static", "kind: statik"), "unknown-value");
    bed.error(
        with("dns: {on: vps, ttl: 1h, zones: {\"@\": {wildcard: vsp}}}"),
        "unknown-host",
    );
    bed.error(with("backups: {schedule: \"61 * * * *\"}"), "invalid-value");
    bed.error(with("hardening: {fail2ban: {max_retry: 0}}"), "out-of-range");
    bed.error(with("monitoring: {alerts: {}}"), "not-built");
    bed.error(with("waive: {services.web: {no-rule: why}}"), "unknown-rule");
    bed.error(with("tls: {issuer: {acme: \"https://${nothing}/\"}}"), "bad-reference");
    bed.error(with("include: [nothing.yaml]"), "no-such-file");
}

#[test]
fn without_permission() {
    let bed = Bed::new();
    bed.write("closed.yaml", SITE);
    let mode = |name: &str, mode| fs::set_permissions(bed.path(name), fs::Permissions::from_mode(mode)).unwrap();
    mode("closed.yaml", 0o000);
    if !is_root() {
        bed.error_in("closed.yaml", "unreadable-file");
        return;
    }
    // Root may read everything, so somebody else has to ask.
    let program = bed.path("sitewright");
    fs::copy(PROGRAM, &program).unwrap();
    mode("", 0o755);
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(["check", "closed.yaml"])
        .current_dir(bed.folder.path())
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => return println!("skipped: setpriv: {error}"),
    };
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("error[unreadable-file]") && said.contains("help: "),
        "{said}"
    );
}

#[test]
fn locks_and_options_that_cannot_be_read() {
    let bed = Bed::new();
    for (lock, says) in [
        ("{{{", "not a lock"),
        ("version: 99\n", "newer"),
        ("version: 1\nx: 2\n", ""),
    ] {
        bed.write("out/sitewright.lock", lock);
        if !says.is_empty() {
            assert!(bed.refused(&["compile"], 2).contains(says));
        }
    }
    bed.write("out/sitewright.lock", [0xff_u8, 0xfe]);
    bed.refused(&["compile"], 2);
    fs::remove_file(bed.path("out/sitewright.lock")).unwrap();
    for arguments in [
        ["compile", "-e", "moon"],
        ["compile", "--host", "moon"],
        ["compile", "--host", "[["],
        ["show", "-m", "none"],
        ["diff", "--against", "no-such-revision"],
        ["show", "services.none", "--env=moon"],
    ] {
        let code = if arguments[0] == "show" && arguments[1] == "-m" {
            1
        } else {
            2
        };
        bed.refused(&arguments, code);
    }
}

#[test]
fn the_output_is_no_folder() {
    let bed = Bed::new();
    bed.write("file", "mine\n");
    let said = bed.refused(&["compile", "-o", "file"], 2);
    assert!(said.contains("file"), "{said}");
    assert_eq!(fs::read_to_string(bed.path("file")).unwrap(), "mine\n");
    let said = bed.refused(&["compile", "-o", "/proc/nothing/here"], 2);
    assert!(said.contains("/proc/nothing"), "{said}");
}

/// Mounts of a namespace of its own vanish with it.
const IN_A_NAMESPACE: &str = r#"
set -eu
program=$1 example=$2 folder=$3
cd "$folder"
cp -a out before
case $4 in
    read-only) mount --bind out out && mount -o remount,bind,ro out ;;
    full) mount -t tmpfs -o size=256k tmpfs out && cp -a before/. out/ ;;
esac
status=0
"$program" compile "$example" -o out || status=$?
diff -r before out || status=untouched-was-broken
echo "status $status"
"#;

fn in_a_namespace(what: &str) {
    let bed = Bed::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("site.example.yaml");
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["-m", "bash", "-c", script, "bash", PROGRAM]);
        command.arg(&example).arg(bed.folder.path()).arg(what).output()
    };
    match run("mount -t tmpfs tmpfs /mnt") {
        Ok(output) if output.status.success() => {}
        Ok(output) => return println!("skipped: no mounts here: {}", said(&output).trim()),
        Err(error) => return println!("skipped: unshare: {error}"),
    }
    let said = said(&run(IN_A_NAMESPACE).unwrap());
    assert!(said.contains("status 2\n"), "{what}: {said}");
    assert!(said.contains("sitewright: cannot write"), "{what}: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn the_disk_is_full() {
    in_a_namespace("full");
}

#[test]
fn the_output_is_read_only() {
    in_a_namespace("read-only");
}
