//! Clocks that nobody knows.

use crate::check::Rule;
use crate::diag::{Diagnostic, suggest};
use crate::site::{Host, Os, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "unknown-timezone",
    document: include_str!("unknown_timezone.md"),
    find,
};

/// Old names with a newer one, of those that are used most.
const MOVED: [(&str, &str); 12] = [
    ("US/Alaska", "America/Anchorage"),
    ("US/Arizona", "America/Phoenix"),
    ("US/Central", "America/Chicago"),
    ("US/Eastern", "America/New_York"),
    ("US/Hawaii", "Pacific/Honolulu"),
    ("US/Mountain", "America/Denver"),
    ("US/Pacific", "America/Los_Angeles"),
    ("Canada/Atlantic", "America/Halifax"),
    ("Canada/Central", "America/Winnipeg"),
    ("Canada/Eastern", "America/Toronto"),
    ("Canada/Mountain", "America/Edmonton"),
    ("Canada/Pacific", "America/Vancouver"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let zone = site.timezone.as_str();
    let finding = |title: String, help: String| {
        let origin = Pointer::root().child("site").child("timezone");
        vec![
            Diagnostic::error(RULE.code, title)
                .at(origin, "schedules are read in it")
                .why("Most programs take UTC instead without a word, and PostgreSQL does not start.")
                .help(help),
        ]
    };
    if zone.is_empty() {
        return Vec::new();
    }
    let names = names();
    if !names.iter().any(|name| name == zone) {
        let help = suggest(zone, names.iter().map(String::as_str)).map_or_else(
            || {
                "write the name of the database, as in `Europe/Paris`; `timedatectl list-timezones` lists them"
                    .to_owned()
            },
            |near| format!("did you mean `{near}`?"),
        );
        return finding(format!("there is no time zone `{zone}`"), help);
    }
    let moved = MOVED.iter().find(|(old, _)| *old == zone);
    let without = |host: &&Host| matches!(host.os, Os::Debian13 | Os::Ubuntu2404);
    match (moved, site.hosts.iter().find(without)) {
        (Some((_, new)), Some(host)) => finding(
            format!("host `{}` does not know the time zone `{zone}`", host.name),
            format!("write `timezone: {new}`, its name today"),
        ),
        _ => Vec::new(),
    }
}

fn names() -> Vec<String> {
    let lines = include_str!("timezones.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let by_area = lines.filter_map(|line| line.split_once('\t'));
    by_area
        .flat_map(|(area, places)| {
            places.split(' ').map(move |place| match area {
                "-" => place.to_owned(),
                _ => format!("{area}/{place}"),
            })
        })
        .collect()
}
