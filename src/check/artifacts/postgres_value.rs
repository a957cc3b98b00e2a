//! Values with which PostgreSQL does not start.

use crate::check::Rule;
use crate::check::catalogue::{Known, Standing, postgres, standing, switch, written};
use crate::diag::{Diagnostic, listing};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "postgres-value",
    document: include_str!("postgres_value.md"),
    find,
};

/// How many of the smallest each is.
const SIZES: [(&str, f64); 5] = [
    ("B", 1.0),
    ("kB", 1024.0),
    ("MB", 1_048_576.0),
    ("GB", 1_073_741_824.0),
    ("TB", 1_099_511_627_776.0),
];
const TIMES: [(&str, f64); 6] = [
    ("us", 1.0),
    ("ms", 1e3),
    ("s", 1e6),
    ("min", 6e7),
    ("h", 3.6e9),
    ("d", 8.64e10),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (version, settings) in written(site, "postgres") {
        let table = postgres();
        for setting in settings {
            let value = setting.value.as_str();
            let Standing::Known(known) = standing(&table, &setting.name, version) else {
                continue;
            };
            let Err((what, help)) = check(known, value) else {
                continue;
            };
            found.push(
                Diagnostic::error(RULE.code, format!("PostgreSQL refuses `{value}` as `{}`", known.name))
                    .at(&setting.origin, what)
                    .why("The server does not start with this value.")
                    .help(help),
            );
        }
    }
    found
}

/// Whether the server takes the value; else what is wrong, and what to do.
fn check(known: &Known, value: &str) -> Result<(), (String, String)> {
    match known.kind() {
        "bool" if switch(value).is_none() => Err(("neither on nor off".into(), "write `on` or `off`".into())),
        "enum" | "enumbool" => {
            let words = known.words();
            let is_switch = known.kind() == "enumbool";
            if words
                .iter()
                .any(|word| word.trim_start_matches('~').eq_ignore_ascii_case(value))
                || (is_switch && switch(value).is_some())
            {
                return Ok(());
            }
            let current = words.into_iter().filter(|word| !word.starts_with('~'));
            let all = current.chain(is_switch.then_some(["on", "off"]).into_iter().flatten());
            Err(("not one of its words".into(), format!("write one of {}", listing(all))))
        }
        "integer" | "real" => number(known, value),
        _ => Ok(()),
    }
}

fn number(known: &Known, value: &str) -> Result<(), (String, String)> {
    let end = value
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+'))
        .unwrap_or(value.len());
    let (digits, unit) = (&value[..end], value[end..].trim());
    // Hexadecimal and exponents are rare enough to be taken at their word.
    if unit.starts_with(['x', 'X', 'e', 'E']) {
        return Ok(());
    }
    let Ok(number) = digits.parse::<f64>() else {
        return Err(("not a number".into(), "write a number".into()));
    };
    if !unit.is_empty() && known.unit().is_empty() {
        return Err(("it has no unit".into(), format!("write `{digits}`, without a unit")));
    }
    let base = if unit.is_empty() {
        Some(number)
    } else {
        convert(number, unit, known.unit())
    };
    // A unit that PostgreSQL does not know is another matter.
    let Some(base) = base else { return Ok(()) };
    // The server rounds to whole ones.
    let slack = if known.kind() == "integer" { 0.5 } else { 0.0 };
    let (low, high) = (
        known.least().filter(|least| base < least - slack),
        known.most().filter(|most| base > most + slack),
    );
    match low.or(high) {
        None => Ok(()),
        Some(end) => {
            let side = if low.is_some() { "least" } else { "most" };
            let counted = if known.unit().is_empty() {
                String::new()
            } else {
                format!(" (each {})", known.unit())
            };
            Err((
                format!("its {side} is {end}{counted}"),
                format!("write at {side} `{end}`"),
            ))
        }
    }
}

/// The number in units of `own`, such as `8kB`, where that is of the same sort.
fn convert(number: f64, unit: &str, own: &str) -> Option<f64> {
    let start = own.find(|c: char| !c.is_ascii_digit())?;
    let each = own[..start].parse().unwrap_or(1.0);
    [SIZES.as_slice(), TIMES.as_slice()].into_iter().find_map(|sort| {
        let factor = |name: &str| sort.iter().find(|(known, _)| *known == name).map(|(_, factor)| *factor);
        Some(number * factor(unit)? / (factor(&own[start..])? * each))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(name: &str, value: &str) -> Result<(), (String, String)> {
        let table = postgres();
        match standing(&table, name, 17) {
            Standing::Known(known) => check(known, value),
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn every_choice_has_words() {
        let choices = postgres().into_iter().filter(|known| known.kind().starts_with("enum"));
        for known in choices {
            assert!(!known.words().is_empty(), "{}", known.name);
        }
    }

    #[test]
    fn what_the_server_takes() {
        for (name, value) in [
            ("shared_buffers", "512MB"),
            ("shared_buffers", "16384"),
            ("work_mem", "20 MB"),
            ("checkpoint_timeout", "15min"),
            ("log_min_duration_statement", "-1"),
            ("log_min_duration_statement", "1s"),
            ("random_page_cost", "1.1"),
            ("huge_pages", "try"),
            ("huge_pages", "off"),
            ("wal_level", "Logical"),
            ("wal_compression", "lz4"),
            ("jit", "f"),
            ("max_connections", "200"),
            ("autovacuum_vacuum_cost_delay", "2ms"),
            ("max_wal_size", "4GB"),
        ] {
            assert_eq!(verdict(name, value), Ok(()), "{name} = {value}");
        }
        for (name, value, help) in [
            ("max_connections", "200k", "write `200`, without a unit"),
            ("max_connections", "0", "write at least `1`"),
            ("checkpoint_timeout", "2d", "write at most `86400`"),
            ("wal_level", "full", "write one of"),
            ("jit", "maybe", "write `on` or `off`"),
        ] {
            let (_, said) = verdict(name, value).unwrap_err();
            assert!(said.starts_with(help), "{name} = {value}: {said}");
        }
    }
}
