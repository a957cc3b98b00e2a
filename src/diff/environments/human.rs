//! For people: one look first, what is in the files only when it is asked for.

use super::{Comparison, EnvironmentFile, cell};
use crate::source::Pointer;

/// How much of the files is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Detail {
    /// Each setting that differs.
    pub settings: bool,
    /// Each line that differs.
    pub text: bool,
}

/// Characters of a value before it is cut short.
const WIDTH: usize = 32;

pub fn human(comparison: &Comparison, detail: Detail) -> String {
    let Comparison { from, to, .. } = comparison;
    let mut text = format!("{from} -> {to}: {}\n", comparison.head());
    let row = |cells: &[&str]| -> Vec<String> { cells.iter().map(ToString::to_string).collect() };
    if !comparison.names.is_empty() {
        let names = comparison.names.iter();
        let rows = names.map(|pair| row(&[&pair.what, &pair.from, &pair.to])).collect();
        section(&mut text, "names, taken as the same", rows);
    }
    let hosts = comparison.hosts.iter();
    let hosts = hosts.map(|(host, is_second)| row(&[host, &format!("only in {}", if *is_second { to } else { from })]));
    section(&mut text, "hosts", hosts.collect());
    let mut rows = vec![row(&["", from, to])];
    for change in &comparison.values {
        let [old, new] = [&change.from, &change.to].map(|found| cell(found.as_ref().map(|found| &found.value), WIDTH));
        rows.push(row(&[
            &change.pointer.dotted(),
            &old,
            &new,
            &Comparison::places(change),
        ]));
    }
    if rows.len() > 1 {
        section(&mut text, "manifest", rows);
    }
    let rows = comparison.files.iter().map(|file| {
        let because: Vec<String> = file.because.iter().map(Pointer::dotted).collect();
        row(&[&file.name, &comparison.measure(file), &because.join(", ")])
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !detail.settings {
        section(&mut text, "files, and what of the manifest makes each differ", rows);
    } else if !rows.is_empty() {
        text.push_str("\nfiles, and what of the manifest makes each differ\n");
        for (line, file) in table(rows).into_iter().zip(&comparison.files) {
            text.push_str(&line);
            text.push_str(&settings(file));
        }
    }
    if detail.text {
        for change in comparison.files.iter().filter_map(|file| file.text.as_ref()) {
            text.push_str(&format!("\n{}", change.unified));
        }
    }
    if !comparison.files.is_empty() && !detail.settings && !detail.text {
        text.push_str("\n--files tells each setting of them, --text each line\n");
    }
    text
}

/// What differs in a file: by name, or else its lines without what is around them.
fn settings(file: &EnvironmentFile) -> String {
    let shown = |value: &Option<String>| cell(value.clone().map(Into::into).as_ref(), usize::MAX);
    let rows = file.settings.iter();
    let rows = rows.map(|change| (&change.name, shown(&change.from), shown(&change.to)));
    // What does not fit beside one another stands one above the other, whole.
    let (short, long): (Vec<_>, Vec<_>) = rows.partition(|(_, from, to)| from.len().max(to.len()) <= WIDTH);
    let short = short
        .into_iter()
        .map(|(name, from, to)| vec![format!("  {name}"), from, to]);
    let long = long
        .into_iter()
        .map(|(name, from, to)| format!("    {name}\n      - {from}\n      + {to}\n"));
    let text: String = table(short.collect()).into_iter().chain(long).collect();
    if !text.is_empty() {
        return text;
    }
    let both = file.kind == crate::diff::ChangeKind::Changed;
    let text = file.text.as_ref().filter(|_| both);
    let lines = text.into_iter().flat_map(|text| text.unified.lines().skip(2));
    lines
        .filter(|line| line.starts_with(['+', '-']))
        .map(|line| format!("    {line}\n"))
        .collect()
}

fn section(text: &mut String, title: &str, rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        text.push_str(&format!("\n{title}\n{}", table(rows).concat()));
    }
}

/// Lines with their columns one under the other.
fn table(rows: Vec<Vec<String>>) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        })
        .collect()
}
