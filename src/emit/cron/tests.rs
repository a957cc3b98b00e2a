use super::*;
use crate::site::{Job, JobRun, fixture};

fn job(name: &str, user: &str, run: JobRun) -> Job {
    Job {
        name: name.into(),
        origin: fixture::at("/services/api/jobs").child(name),
        schedule: "15 4 * * *".into(),
        user: user.into(),
        run,
        description: format!("{name} of api"),
        notify: Vec::new(),
    }
}

fn content<'a>(emission: &'a Emission, path: &str) -> &'a str {
    &emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == path)
        .expect(path)
        .content
}

#[test]
fn each_job_is_one_line_under_its_lock() {
    let mut host = fixture::host("vps");
    host.jobs = vec![
        job("prune", "root", JobRun::Unit("acme-api-prune.service".into())),
        job("report", "acme-api", JobRun::Unit("it's 100%.service".into())),
        job(
            "tidy",
            "root",
            JobRun::Container {
                name: "shop-tidy".into(),
                timeout: 3600,
            },
        ),
    ];
    let emission = emit(&fixture::site(), &host);
    let crontab = content(&emission, "/etc/cron.d/acme");
    for line in [
        "MAILTO=ops@acme.example",
        "15 4 * * * root /usr/local/lib/acme/run-job prune systemctl start --wait acme-api-prune.service",
        "15 4 * * * acme-api /usr/local/lib/acme/run-job report systemctl start --wait 'it'\\''s 100\\%.service'",
        "15 4 * * * root /usr/local/lib/acme/run-job tidy --container shop-tidy 3600",
    ] {
        assert!(crontab.lines().any(|l| l == line), "{line} in\n{crontab}");
    }
    let locks = content(&emission, "/etc/tmpfiles.d/acme-jobs.conf");
    assert!(
        locks.contains("\nf /run/acme-jobs/report.lock 0600 acme-api root -\n"),
        "{locks}"
    );
}

#[test]
fn schedules_are_in_the_time_zone_of_the_site() {
    let emission = emit(&fixture::site(), &fixture::host("vps"));
    assert_eq!(content(&emission, "/etc/timezone"), "Europe/Paris\n");
    assert_eq!(emission.artifacts.len(), 1, "no job, no cron");
}
