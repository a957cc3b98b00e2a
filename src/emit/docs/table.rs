//! Tables and commands that line up in the source, so that a host without a browser shows them readably.

/// Beyond this a cell is longer than its column.
const WIDEST: usize = 56;

/// A table of cells that are Markdown already; nothing without rows.
pub(super) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let header = header.map(str::to_owned);
    let width = |column: usize| {
        rows.iter()
            .chain([&header])
            .map(|row| row[column].chars().count())
            .filter(|&width| width <= WIDEST)
            .max()
            .unwrap_or(3)
            .max(3)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = line(&header, &widths);
    text.push_str(&line(&widths.map(|width| "-".repeat(width)), &widths));
    rows.iter().for_each(|row| text.push_str(&line(row, &widths)));
    text
}

/// Commands, each with what it does beside it.
pub(super) fn block(commands: &[(String, &str)]) -> String {
    let width = commands
        .iter()
        .map(|(command, _)| command.chars().count())
        .max()
        .unwrap_or(0);
    let line = |(command, does): &(String, &str)| format!("{command:<width$}   # {does}\n");
    commands.iter().map(line).collect()
}

fn line<const N: usize>(cells: &[String; N], widths: &[usize; N]) -> String {
    let mut text = String::from("|");
    for (cell, &width) in cells.iter().zip(widths) {
        text.push_str(&format!(" {cell:<width$} |"));
    }
    text.push('\n');
    text
}
