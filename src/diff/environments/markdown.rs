//! For a page: tables, then what differs in each file, folded.

use super::{Comparison, EnvironmentFile, cell};
use crate::diff::fence;

/// Bytes that what says that something is missing may take.
const REST: usize = 200;

pub fn markdown(comparison: &Comparison, limit: Option<usize>) -> String {
    let Comparison { from, to, .. } = comparison;
    let room = limit.unwrap_or(usize::MAX).saturating_sub(REST);
    let mut text = format!("**{from} → {to}**: {}\n", comparison.head());
    let mut left_out = 0;
    let mut add = |part: String| {
        if text.len() + part.len() > room {
            left_out += 1;
        } else {
            text.push_str(&part);
        }
    };
    let rows = comparison.names.iter();
    let rows = rows.map(|pair| format!("| {} | {} | {} |\n", code(&pair.what), code(&pair.from), code(&pair.to)));
    add(table(
        &format!("| taken as the same | {from} | {to} |\n| --- | --- | --- |\n"),
        rows,
    ));
    let rows = comparison.hosts.iter();
    let rows =
        rows.map(|(host, is_second)| format!("| {} | only in {} |\n", code(host), if *is_second { to } else { from }));
    add(table("| host | |\n| --- | --- |\n", rows));
    let rows = comparison.values.iter().map(|change| {
        let [old, new] = [&change.from, &change.to].map(|found| {
            found
                .as_ref()
                .map_or_else(String::new, |found| code(&cell(Some(&found.value), 200)))
        });
        let places = code(&Comparison::places(change));
        format!("| {} | {old} | {new} | {places} |\n", code(&change.pointer.dotted()))
    });
    add(table(
        &format!("| manifest | {from} | {to} | |\n| --- | --- | --- | --- |\n"),
        rows,
    ));
    let rows = comparison.files.iter().map(|file| {
        let because: Vec<String> = file.because.iter().map(|pointer| code(&pointer.dotted())).collect();
        format!(
            "| {} | {} | {} |\n",
            code(&file.name),
            comparison.measure(file),
            because.join(", ")
        )
    });
    add(table("| file | | because of |\n| --- | --- | --- |\n", rows));
    for file in &comparison.files {
        add(folded(file));
    }
    if left_out > 0 {
        text.push_str(&format!(
            "\n{left_out} parts are too long to stand here: `sitewright diff {from} {to} --text` shows them.\n"
        ));
    }
    text
}

fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: String = rows.collect();
    if rows.is_empty() {
        rows
    } else {
        format!("\n{head}{rows}")
    }
}

fn folded(file: &EnvironmentFile) -> String {
    let Some(change) = &file.text else {
        return String::new();
    };
    let fence = fence(&change.unified);
    format!(
        "\n<details><summary><code>{}</code></summary>\n\n{fence}diff\n{}{fence}\n\n</details>\n",
        file.name, change.unified
    )
}

/// Code in a cell of a table, whatever it says.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(text.split(|c| c != '`').map(str::len).max().unwrap_or(0) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{}{pad}{ticks}", text.replace('|', "\\|"))
}
