//! What runs by the clock.

use serde::Serialize;

use super::table::table;
use super::{Section, markdown};
use crate::emit::job;
use crate::render::escape::{markdown as text, markdown_code as code, shell_words};
use crate::site::{Host, Job, Site};

#[derive(Serialize)]
struct View<'a> {
    zone: String,
    jobs: String,
    site: &'a str,
}

pub(super) fn section(site: &Site, host: &Host) -> Section {
    let mut rows: Vec<[String; 5]> = host.jobs.iter().map(|job| row(site, job)).collect();
    if let Some(plan) = &host.backup {
        let clock = [
            ("backup", Some(&plan.schedule)),
            ("restore-test", plan.test_restore.as_ref()),
        ];
        for (name, schedule) in clock.into_iter().filter_map(|(name, schedule)| Some((name, schedule?))) {
            rows.push([
                code(name),
                code(schedule),
                "root".into(),
                code(&format!(
                    "/usr/local/lib/{0}/run-job {name} /usr/local/sbin/{0}-{name}",
                    site.name
                )),
                code(&format!("journalctl -t {}-{name}", site.name)),
            ]);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let zone = if site.timezone.is_empty() {
        "the host's own time zone".to_owned()
    } else {
        format!("the time zone {}, which is the host's", code(&site.timezone))
    };
    Some(markdown(
        "docs/jobs",
        include_str!("jobs.md.hbs"),
        &View {
            zone,
            jobs: table(["Job", "When", "As", "Run it now", "Log"], &rows),
            site: &site.name,
        },
    ))
}

fn row(site: &Site, job: &Job) -> [String; 5] {
    let words = job::words(site, job);
    let mut now = shell_words(&words);
    if job.user != "root" {
        now = format!("runuser -u {} -- {now}", job.user);
    }
    [
        code(&job.name),
        code(&job.schedule),
        text(&job.user),
        code(&now),
        code(&format!("journalctl -t {}-{}", site.name, job.name)),
    ]
}
