//! Schedulers that do everything twice.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site, UnitKind};

pub(super) const RULE: Rule = Rule {
    code: "singleton-twice",
    document: include_str!("singleton_twice.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut running: BTreeMap<&Pointer, (usize, &[String])> = BTreeMap::new();
    for host in &site.hosts {
        for unit in host.units.iter().filter(|unit| unit.kind == UnitKind::Service) {
            running.entry(&unit.origin).or_insert((0, &unit.command)).0 += unit.instances.len();
        }
        for container in &host.containers {
            running.entry(&container.origin).or_insert((0, &container.command)).0 += 1;
        }
    }
    running
        .into_iter()
        .filter(|(_, (count, _))| *count > 1)
        .filter_map(|(origin, (count, command))| {
            let scheduler = scheduler(command)?;
            let place = origin.dotted();
            Some(
                Diagnostic::warning(RULE.code, format!("{count} instances of {scheduler} run at once"))
                    .at(origin.child("instances"), "each of them starts what is due")
                    .at(origin.child("command"), format!("{scheduler} starts jobs by the clock"))
                    .why("Everything that is scheduled would happen as often as there are instances.")
                    .help(format!(
                        "write `instances: 1` in `{place}`, and run what takes time in a process of its own"
                    )),
            )
        })
        .collect()
}

/// Which scheduler a command line starts.
fn scheduler(command: &[String]) -> Option<&'static str> {
    let names: Vec<&str> = command
        .iter()
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .collect();
    let program = *names.first()?;
    let has = |word: &str| names.contains(&word);
    match program {
        "supercronic" => return Some("supercronic"),
        "cron" | "crond" => return Some("cron"),
        "rqscheduler" => return Some("rq-scheduler"),
        _ => {}
    }
    if has("celery") {
        let embedded = has("worker") && (has("-B") || has("--beat"));
        return (has("beat") || embedded).then_some("Celery's beat");
    }
    if has("clockwork") || has("clockworkd") {
        return Some("clockwork");
    }
    (has("artisan") && has("schedule:work")).then_some("Laravel's scheduler")
}

#[cfg(test)]
mod tests {
    use super::scheduler;

    #[test]
    fn by_program_and_words() {
        let of = |line: &str| scheduler(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(of("celery -A shop beat").is_some());
        assert!(of("/opt/venv/bin/celery -A shop worker -B").is_some());
        assert!(of("/usr/bin/php artisan schedule:work").is_some());
        assert!(of("bundle exec clockwork clock.rb").is_some());
        assert!(of("celery -A shop worker").is_none());
        assert!(of("/usr/bin/node cron").is_none());
    }
}
