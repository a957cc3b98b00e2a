//! One machine of the bed, and what a test does with it.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::bed::Bed;

/// What systemd, ufw, sshd and an engine of its own need. `--privileged` asks for more than some machines have.
const CAPABILITIES: [&str; 16] = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "LINUX_IMMUTABLE",
    "MKNOD",
    "NET_ADMIN",
    "NET_RAW",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_NICE",
    "SYS_PTRACE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
];

/// A host may write its own network's settings, as ufw and Docker do; the kernel's others are the machine's under it.
/// systemd hands credentials over by mounts that have to spread.
const BOOT: &str = "mount --make-rshared / && mount --bind /proc/sys/net /proc/sys/net && \
    mount -o remount,rw,bind /proc/sys/net && exec /sbin/init";

/// Long enough for an `apt-get install` on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) struct Host<'bed> {
    bed: &'bed Bed,
    container: String,
}

#[derive(Debug)]
pub(super) struct Output {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Output {
    /// Standard output of a command that must succeed; else all that it said.
    pub(super) fn ok(self) -> Result<String, String> {
        if self.code == 0 {
            return Ok(self.stdout);
        }
        Err(format!("exit {}\n{}{}", self.code, self.stdout, self.stderr))
    }
}

impl<'bed> Host<'bed> {
    pub(super) fn boot(bed: &'bed Bed, name: &str, address: &str) -> Self {
        let mut options = vec![
            "--cgroupns=host".to_owned(),
            "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw".to_owned(),
            // An engine inside cannot lay its overlays on ours.
            "--volume=/var/lib/docker".to_owned(),
            "--tmpfs=/run".to_owned(),
            "--tmpfs=/run/lock".to_owned(),
            "--security-opt=seccomp=unconfined".to_owned(),
            "--security-opt=apparmor=unconfined".to_owned(),
        ];
        // For the stand-in of a kernel without WireGuard.
        if Path::new("/dev/net/tun").exists() {
            options.push("--device=/dev/net/tun".to_owned());
        }
        options.extend(CAPABILITIES.iter().map(|name| format!("--cap-add={name}")));
        let host = Self::start(bed, name, address, &options, &["debian:12", "sh", "-c", BOOT]);
        host.wait_running()
            .unwrap_or_else(|why| panic!("a bare host does not come up: {why}"));
        host
    }

    pub(super) fn stranger(bed: &'bed Bed, name: &str, address: &str) -> Self {
        Self::start(bed, name, address, &["--init".to_owned()], &["sitewright/outside"])
    }

    fn start(bed: &'bed Bed, name: &str, address: &str, options: &[String], command: &[&str]) -> Self {
        let host = Self {
            bed,
            container: bed.container(name),
        };
        let mut run = bed.docker();
        run.args(["run", "--detach"])
            .arg(format!("--label={}", bed.label()))
            .arg(format!("--name={}", host.container))
            .arg(format!("--hostname={name}"))
            .arg(format!("--network={}", bed.fact("network")))
            .arg(format!("--ip={address}"))
            .arg(format!("--volume={}:/etc/resolv.conf", resolver(bed, name)))
            .args(options)
            .args(command);
        done(run).unwrap_or_else(|why| panic!("docker cannot start {name}: {why}"));
        host
    }

    /// Runs a bash script; a command that hangs is ended, with exit code 124.
    pub(super) fn run(&self, script: &str) -> Output {
        let output = self
            .bed
            .docker()
            .args(["exec", &self.container, "timeout"])
            .arg(PATIENCE.as_secs().to_string())
            .args(["bash", "-c", script])
            .output()
            .expect("docker runs: prepare has asked it");
        Output {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a script that goes on after this returns, such as a server.
    pub(super) fn start_in_background(&self, script: &str) {
        let mut exec = self.bed.docker();
        exec.args(["exec", "--detach", &self.container, "bash", "-c", script]);
        done(exec).unwrap_or_else(|why| panic!("docker cannot run `{script}`: {why}"));
    }

    /// Copies a file to `destination`, or the contents of a folder into it, owned by root.
    pub(super) fn copy_in(&self, source: &Path, destination: &str) {
        let folder = source.is_dir();
        let parent = if folder {
            destination
        } else {
            destination.rsplit_once('/').map_or("/", |(parent, _)| parent)
        };
        self.run(&format!("mkdir -p '{parent}'"))
            .ok()
            .unwrap_or_else(|why| panic!("{destination}: {why}"));
        let suffix = if folder { "/." } else { "" };
        let mut copy = self.bed.docker();
        copy.arg("cp")
            .arg(format!("{}{suffix}", source.display()))
            .arg(format!("{}:{destination}", self.container));
        done(copy).unwrap_or_else(|why| panic!("{}: {why}", source.display()));
    }

    /// Copies a file or a folder into a folder of this machine.
    pub(super) fn copy_out(&self, source: &str, folder: &Path) {
        let mut copy = self.bed.docker();
        copy.arg("cp").arg(format!("{}:{source}", self.container)).arg(folder);
        done(copy).unwrap_or_else(|why| panic!("{source}: {why}"));
    }

    /// Lets names resolve by the DNS server at `address`.
    pub(super) fn resolve_by(&self, address: &str) {
        self.run(&format!("echo 'nameserver {address}' >/etc/resolv.conf"))
            .ok()
            .unwrap_or_else(|why| panic!("/etc/resolv.conf: {why}"));
    }

    /// A restart as the machine itself does it: services end in order, and what is not on disk is gone.
    pub(super) fn reboot(&self) -> Result<(), String> {
        self.run("systemctl reboot");
        let mut wait = Command::new("timeout");
        wait.arg("120").arg("/usr/bin/docker");
        wait.arg(format!("--host=unix://{}", self.bed.fact("socket")));
        wait.args(["wait", &self.container]);
        done(wait).map_err(|why| format!("it is not down after 120 s {why}"))?;
        let mut start = self.bed.docker();
        start.args(["start", &self.container]);
        done(start)?;
        self.wait_running()
    }

    /// Waits until systemd says that all is up.
    pub(super) fn wait_running(&self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            let state = self.run("systemctl is-system-running").stdout;
            match state.trim() {
                "running" => return Ok(()),
                "degraded" => {
                    let failed = self.run("systemctl --failed --no-legend --plain; journalctl -b -p warning -n 40");
                    return Err(format!("failed units\n{}", failed.stdout));
                }
                _ if begun.elapsed() > Duration::from_secs(120) => {
                    let jobs = self.run("systemctl list-jobs").stdout;
                    return Err(format!("after 120 s it is `{}`\n{jobs}", state.trim()));
                }
                _ => sleep(Duration::from_millis(300)),
            }
        }
    }
}

impl Drop for Host<'_> {
    fn drop(&mut self) {
        if !self.bed.keep {
            let mut remove = self.bed.docker();
            remove.args(["rm", "--force", "--volumes", &self.container]);
            let _ = done(remove);
        }
    }
}

/// A resolv.conf of the machine's own, because the engine's has a forwarder that only times out here.
fn resolver(bed: &Bed, name: &str) -> String {
    let common = Path::new(bed.fact("resolver"));
    let own = common.with_file_name(format!("resolv.{}", bed.container(name)));
    std::fs::copy(common, &own).expect("prepare has written it, and we are root");
    own.to_string_lossy().into_owned()
}

/// Runs a command to its end; else what it said.
fn done(mut command: Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}
