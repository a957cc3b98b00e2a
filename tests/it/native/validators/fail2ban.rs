//! fail2ban: its own test, and the durations, which that test takes as they come.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::layer::Layer;

pub(crate) static FAIL2BAN: Validator = Validator {
    name: "fail2ban",
    family: "fail2ban",
    needs: &[ROOT],
    takes: |file| file.under("/etc/fail2ban"),
    run: |host, files| {
        let layer = Layer::of(host);
        // Its log files exist on a host where nginx and the others have run once.
        let said = layer.run("mkdir -p /var/log/nginx; touch /var/log/nginx/{access,error}.log; fail2ban-client -t");
        let mut findings: Vec<Finding> = said
            .lines(|line| line.contains("configuration test is successful") || line.contains("allowipv6"))
            .into_iter()
            .map(|line| Finding::new(&files[0].at, line))
            .collect();
        for file in files {
            for line in file.text().lines() {
                let Some((key, value)) = line.split_once('=') else {
                    continue;
                };
                let (key, value) = (key.trim(), value.trim());
                let timed = ["bantime", "findtime", "bantime.maxtime"].contains(&key);
                if timed && !is_duration(value) {
                    findings.push(Finding::new(&file.at, format!("{key} = {value} is no duration")));
                }
            }
        }
        findings
    },
    generic: false,
};

/// A number and a unit that fail2ban knows.
fn is_duration(value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < value.len() && ["", "s", "m", "h", "d", "w", "mo", "y"].contains(&unit) || value == "-1"
}
