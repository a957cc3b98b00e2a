//! Cron schedules.

use super::text::single_line;
use super::unit::checked_text;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

checked_text! {
    /// When something runs, in cron's five fields: minute, hour, day of month, month, day of week.
    Schedule: "schedule", Some(r"^\S+ +\S+ +\S+ +\S+ +\S+$"), ["0 2 * * *", "15 4 * * 0"], check_schedule
}

const FIELDS: [&str; 5] = ["minute", "hour", "day of month", "month", "day of week"];

fn check_schedule(text: &str) -> Result<(), String> {
    single_line(text)?;
    if text.starts_with('@') {
        return Err(format!(
            "`{text}` does not say at what time: write five fields, as in \"0 2 * * *\" for 02:00 each day"
        ));
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(format!(
            "`{text}` has {} field{}, and a schedule has five: write minute, hour, day of month, month and day of week, as in \"0 2 * * *\"",
            fields.len(),
            if fields.len() == 1 { "" } else { "s" }
        ));
    }
    for (index, field) in fields.iter().enumerate() {
        check_words(index, field)?;
    }
    let Ok(cron) = parser().parse(text) else {
        return Err(which_is_wrong(&fields));
    };
    if never_comes(&cron, &fields) {
        return Err(format!(
            "`{text}` would never run, as no such month has that day: write another day or month"
        ));
    }
    Ok(())
}

fn check_words(index: usize, field: &str) -> Result<(), String> {
    let name = FIELDS[index];
    // croner knows more than cron does: L, W, # and ? would reach a cron that refuses them.
    let plain = |c: char| c.is_ascii_digit() || "*,-/".contains(c) || (index >= 3 && c.is_ascii_alphabetic());
    if let Some(c) = field.chars().find(|c| !plain(*c)) {
        return Err(format!(
            "`{c}` cannot stand in the {name} field `{field}` of a schedule"
        ));
    }
    let words = field
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    for word in words {
        let known: &[&str] = if index == 3 { &MONTHS } else { &DAYS };
        if !known.contains(&word.to_ascii_lowercase().as_str()) {
            return Err(format!(
                "`{word}` is no {name}: write {} to {}",
                known[0],
                known[known.len() - 1]
            ));
        }
    }
    Ok(())
}

/// Each field is tried alone in a pattern of stars, so that the message can say which it is.
fn which_is_wrong(fields: &[&str]) -> String {
    let is_wrong = |index: usize| {
        let mut pattern = ["*"; 5];
        pattern[index] = fields[index];
        parser().parse(&pattern.join(" ")).is_err()
    };
    match (0..FIELDS.len()).find(|index| is_wrong(*index)) {
        Some(index) => format!(
            "`{}` is not valid as the {} of a schedule: {}",
            fields[index], FIELDS[index], RANGES[index]
        ),
        None => format!(
            "`{}` is not a schedule: write five fields, as in \"0 2 * * *\"",
            fields.join(" ")
        ),
    }
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const RANGES: [&str; 5] = [
    "write 0 to 59, *, or a list, range or step of these",
    "write 0 to 23, *, or a list, range or step of these",
    "write 1 to 31, *, or a list, range or step of these",
    "write 1 to 12 or jan to dec, *, or a list, range or step of these",
    "write 0 to 7 or sun to sat, *, or a list, range or step of these",
];

fn parser() -> CronParser {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
}

/// A day of month that none of the months has, with no day of week that could make it run all the same.
fn never_comes(cron: &Cron, fields: &[&str]) -> bool {
    if fields[2].starts_with('*') || !fields[4].starts_with('*') {
        return false;
    }
    let longest = |month: u16| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let days = cron.pattern.days.values();
    !cron
        .pattern
        .months
        .values()
        .iter()
        .any(|month| days.iter().any(|day| *day <= longest(*month)))
}
