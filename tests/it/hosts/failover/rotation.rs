//! Secrets that several hosts have in common are replaced by the runbook's own commands, while many ask.

use super::super::checks::{Check, Checks, expect};
use super::Scene;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    // What a server is made anew for is away for a moment; all else is not.
    for (name, path, loses) in [
        ("cache_app", "/load/cache", false),
        ("cache_sentinel", "/load/cache", false),
        ("cache_replica", "/load/cache", true),
        ("jwt_secret", "/load/x", false),
        ("db_neurmatic_app", "/load/sql", true),
        ("db_standby", "/load/sql", true),
    ] {
        checks.that(&format!("`{name}` is replaced on every host"), || {
            let secrets = "cat /etc/neurmatic/secrets/".to_owned() + name;
            let needs = format!("grep -q '^{name}\t' /etc/neurmatic/rotate.tsv");
            let hosts = ["vps", "vps2", "vps3"].into_iter();
            let holders: Vec<&str> = hosts.filter(|host| scene.host(host).run(&needs).code == 0).collect();
            let old = scene.host(holders[0]).run(&secrets).ok()?;
            let figures = scene.under_load(path, || scene.follow_runbook(name))?;
            let values: Result<Vec<String>, String> =
                holders.iter().map(|host| scene.host(host).run(&secrets).ok()).collect();
            let values = values?;
            expect(values.iter().all(|value| *value == values[0] && *value != old), || {
                "the hosts do not have the same new value".to_owned()
            })?;
            expect(loses || figures.failed == 0.0, || figures.said)?;
            scene.is_well()
        });
    }
    checks.that("and an installation changes nothing", || scene.changes_nothing());
}

impl Scene<'_> {
    /// Its commands for a secret, as an operator's shell would run them: `ssh HOST sudo COMMAND`, or the output of one into
    /// that of another.
    fn follow_runbook(&self, secret: &str) -> Check {
        let runbook = self.site.join("out/testbed/RUNBOOK.md");
        let runbook = std::fs::read_to_string(runbook).map_err(|error| error.to_string())?;
        let heading = format!("# `{secret}`");
        let commands = runbook
            .lines()
            .skip_while(|line| *line != heading)
            .skip(1)
            .take_while(|line| !line.starts_with("# `") && *line != "```")
            .filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in commands {
            count += 1;
            let told = |why: String| format!("{line}\n{why}");
            match line.split_once(" | ") {
                Some((from, to)) => {
                    let value = self.over_ssh(from, "").map_err(told)?;
                    self.over_ssh(to, &value).map_err(told)?;
                }
                None => {
                    self.over_ssh(&format!("{line} --yes"), "").map_err(told)?;
                }
            }
        }
        expect(count > 1, || format!("the runbook has no commands for {secret}"))
    }

    fn over_ssh(&self, line: &str, input: &str) -> Result<String, String> {
        let words = line.strip_prefix("ssh ").ok_or("no ssh")?;
        let words = words.strip_prefix("-t ").unwrap_or(words);
        let (host, command) = words.split_once(" sudo ").ok_or("no sudo")?;
        let command = if input.is_empty() {
            command.to_owned()
        } else {
            format!("printf %s '{input}' | {command} 2>&1")
        };
        self.host(host).run(&command).ok()
    }
}
