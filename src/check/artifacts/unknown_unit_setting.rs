//! Settings that systemd passes over.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::{Diagnostic, suggest};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unknown-unit-setting",
    document: include_str!("unknown_unit_setting.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let units = || site.hosts.iter().flat_map(|host| &host.units);
    if units().all(|unit| unit.settings.is_empty()) {
        return Vec::new();
    }
    let (service, elsewhere) = (section("Service"), section("Unit"));
    once(units().flat_map(|unit| {
        let (_, settings) = raw::of_unit(unit);
        // systemd leaves names that begin so to others, and means to pass over them.
        let is_ours = |key: &str| !key.starts_with("X-");
        let settings_of = unit.settings.iter().filter(|(key, _)| is_ours(key));
        let unknown = settings_of.filter(|(key, _)| !service.contains(&key.as_str()));
        unknown
            .map(|(key, _)| {
                let (what, help) = if elsewhere.contains(&key.as_str()) {
                    let what = "a setting of [Unit] or [Install], and this is [Service]";
                    (what, "remove it; the order of the start follows from `uses`".to_owned())
                } else {
                    let near = suggest(key, service.iter().copied());
                    let help = near.map_or_else(
                        || "remove it; `man systemd.directives` lists what there is".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    ("no such setting", help)
                };
                Diagnostic::error(RULE.code, format!("systemd knows no `{key}` in [Service]"))
                    .at_key(&settings.child(key), what)
                    .why("systemd passes over it: what it was to do does not happen, and nothing shows that.")
                    .help(help)
            })
            .collect::<Vec<_>>()
    }))
}

/// The settings of a section.
fn section(name: &str) -> Vec<&'static str> {
    include_str!("systemd.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(section, _)| *section == name)
        .flat_map(|(_, settings)| settings.split(' '))
        .collect()
}
