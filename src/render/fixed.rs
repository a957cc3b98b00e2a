//! Whole lines of a template that no tag touches, held out of the template: its parser is slow for each character of them.

use super::helpers::{MARK_BEGIN, MARK_END};

/// Less than this costs as much to put back as to parse.
const WORTH_IT: usize = 40;

/// A piece of this many bytes costs as much to parse as its being one.
const LONG: usize = 200;

/// Tells a mark that stands for lines from one that names an origin, which is empty or begins with `/`.
pub(super) const SIGN: char = '#';

/// The pieces of a template, one after the other, in which `#n` between marks stands for lines that were held out: the nth of
/// all that were so far. Outside of all blocks a piece ends after such lines, and at the end of a line when it is long, as the
/// parser's work grows with the square of a text.
pub(super) fn hold_out(template: &'static str, held: &mut Vec<&'static str>) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0_usize;
    let mut rest = template;
    loop {
        let (text, tag) = rest.split_at(rest.find("{{").unwrap_or(rest.len()));
        let piece = pieces.last_mut().expect("there is always one");
        match whole_lines(text) {
            Some((before, lines, after)) if lines.len() >= WORTH_IT => {
                piece.push_str(&format!("{before}{MARK_BEGIN}{SIGN}{}{MARK_END}", held.len()));
                held.push(lines);
                if depth == 0 {
                    pieces.push(after.to_owned());
                } else {
                    piece.push_str(after);
                }
            }
            _ => match text.split_once('\n') {
                Some((line, after)) if depth == 0 && piece.len() >= LONG => {
                    piece.push_str(&format!("{line}\n"));
                    pieces.push(after.to_owned());
                }
                _ => piece.push_str(text),
            },
        }
        if tag.is_empty() {
            return pieces;
        }
        let (tag, after) = tag.split_at(end_of(tag));
        if tag.starts_with("{{#") {
            depth += 1;
        } else if tag.starts_with("{{/") {
            depth = depth.saturating_sub(1);
        }
        pieces.last_mut().expect("there is always one").push_str(tag);
        rest = after;
    }
}

/// What stands between the first and the last end of line. The lines beside a tag stay, as they decide whether it stands
/// alone on its own.
fn whole_lines(text: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (first, last) = (text.find('\n')? + 1, text.rfind('\n')?);
    (first < last).then(|| (&text[..first], &text[first..last], &text[last..]))
}

fn end_of(tag: &str) -> usize {
    let close = if tag.starts_with("{{!--") { "--}}" } else { "}}" };
    let end = tag.find(close).map_or(tag.len(), |at| at + close.len());
    // `{{{value}}}` has one more.
    end + usize::from(tag.starts_with("{{{") && tag[end..].starts_with('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beside_tags_stay() {
        let fixed = "a line that is long enough to be worth it\nand another";
        let template: &'static str = format!("one {{{{a}}}}\n{fixed}\n{{{{{{b}}}}}} two").leak();
        let mut held = vec!["of another template"];
        let pieces = hold_out(template, &mut held);
        assert_eq!(pieces, ["one {{a}}\n\u{E000}#1\u{E001}", "\n{{{b}}} two"]);
        assert_eq!(held[1..], [fixed]);
    }

    #[test]
    fn a_long_piece_ends_with_its_line() {
        let long = "x".repeat(LONG);
        let template: &'static str =
            format!("{long}{{{{a}}}} a\n{{{{#if b}}}}\n{long}\n{{{{c}}}}\n{{{{/if}}}}\nb\n").leak();
        let pieces = hold_out(template, &mut Vec::new());
        assert_eq!(pieces[0], format!("{long}{{{{a}}}} a\n"));
        assert_eq!(pieces[1], "{{#if b}}\n\u{E000}#0\u{E001}\n{{c}}\n{{/if}}\nb\n");
        assert_eq!(pieces.len(), 2);
    }

    #[test]
    fn a_block_stays_whole() {
        let fixed = "a line that is long enough to be worth it";
        let template: &'static str = format!("{{{{#if a}}}}\n{{{{b}}}}\n{fixed}\n{{{{/if}}}}\n").leak();
        let short = "{{#if a}}\n{{b}}\n\u{E000}#0\u{E001}\n{{/if}}\n";
        assert_eq!(hold_out(template, &mut Vec::new()), [short]);
    }

    #[test]
    fn a_comment_is_a_tag() {
        let template = "{{!-- of some lines\n that are long enough to be worth it, and {{more}}\n than one --}}\nx\n";
        assert_eq!(hold_out(template, &mut Vec::new()), [template]);
    }
}
