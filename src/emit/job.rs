//! The command line of a job: cron has it, and the documents show it for a run by hand.

use crate::site::{Job, JobRun, Site};

pub(super) fn words(site: &Site, job: &Job) -> Vec<String> {
    let mut words = vec![format!("/usr/local/lib/{}/run-job", site.name), job.name.clone()];
    if !job.notify.is_empty() {
        words.extend(["--notify".into(), job.notify.join(",")]);
    }
    match &job.run {
        JobRun::Unit(unit) => words.extend(["systemctl".into(), "start".into(), "--wait".into(), unit.clone()]),
        JobRun::Container { name, timeout } => {
            words.extend(["--container".into(), name.clone(), timeout.to_string()]);
        }
    }
    words
}
