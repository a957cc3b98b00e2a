//! What the templates of this folder show.

use serde::Serialize;

use crate::emit::job;
use crate::render::escape;
use crate::site::{Host, Job, Pointer, Site};

#[derive(Serialize)]
pub(super) struct CrontabView {
    contact: String,
    timezone: String,
    jobs: Vec<JobLine>,
}

#[derive(Serialize)]
struct JobLine {
    origin: Pointer,
    description: String,
    schedule: String,
    user: String,
    command: String,
}

impl CrontabView {
    pub(super) fn new(site: &Site, host: &Host) -> Self {
        Self {
            contact: site.contact.clone(),
            timezone: site.timezone.clone(),
            jobs: host.jobs.iter().map(|job| line(site, job)).collect(),
        }
    }
}

fn line(site: &Site, job: &Job) -> JobLine {
    let words = job::words(site, job);
    JobLine {
        origin: job.origin.clone(),
        description: one_line(&job.description),
        schedule: job.schedule.clone(),
        user: job.user.clone(),
        command: command(&words),
    }
}

/// A command of a crontab, where a bare `%` would end it.
fn command(words: &[String]) -> String {
    one_line(&escape::shell_words(words)).replace('%', "\\%")
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[derive(Serialize)]
pub(super) struct LocksView {
    site: String,
    jobs: Vec<LockLine>,
}

#[derive(Serialize)]
struct LockLine {
    origin: Pointer,
    path: String,
    user: String,
}

impl LocksView {
    pub(super) fn new(site: &Site, host: &Host) -> Self {
        let line = |job: &Job| LockLine {
            origin: job.origin.clone(),
            path: escape::tmpfiles(&format!("/run/{}-jobs/{}.lock", site.name, job.name)),
            user: job.user.clone(),
        };
        Self {
            site: site.name.clone(),
            jobs: host.jobs.iter().map(line).collect(),
        }
    }
}
