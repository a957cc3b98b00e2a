//! The fixed text of a template, held out of it: its parser is slow for each character.

use super::helpers::{MARK_BEGIN, MARK_END};

/// Less than this costs as much to put back as to parse.
const WORTH_IT: usize = 12;

/// A piece of this many bytes costs as much to parse as its being one.
const LONG: usize = 200;

/// Tells a mark that stands for text from one that names an origin, which is empty or begins with `/`.
pub(super) const SIGN: char = '#';

/// The pieces of a template, one after the other, in which `#n` between marks stands for text that was held out: the nth of all
/// that were so far. Outside of all blocks a long piece ends with a line, as the parser's work grows with the square of a text.
pub(super) fn hold_out(template: &'static str, held: &mut Vec<&'static str>) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0_usize;
    let mut rest = template;
    loop {
        let (text, tag) = rest.split_at(rest.find("{{").unwrap_or(rest.len()));
        let piece = pieces.last_mut().expect("there is always one");
        let (before, inner, after) = within_spaces(text);
        piece.push_str(before);
        if inner.len() >= WORTH_IT {
            piece.push_str(&format!("{MARK_BEGIN}{SIGN}{}{MARK_END}", held.len()));
            held.push(inner);
        } else {
            piece.push_str(inner);
        }
        match after.split_once('\n') {
            Some((line, after)) if depth == 0 && piece.len() >= LONG => {
                piece.push_str(&format!("{line}\n"));
                pieces.push(after.to_owned());
            }
            _ => piece.push_str(after),
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

/// The spaces and line ends beside a tag stay, as they decide whether it stands alone on its line.
fn within_spaces(text: &'static str) -> (&'static str, &'static str, &'static str) {
    let inner = text.trim();
    let start = text.find(inner).unwrap_or(0);
    (&text[..start], inner, &text[start + inner.len()..])
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
    fn spaces_beside_tags_stay() {
        let fixed = "a line that is long enough to be worth it\nand another";
        let template: &'static str = format!("one {{{{a}}}}\n {fixed}\n{{{{{{b}}}}}} two").leak();
        let mut held = vec!["of another template"];
        let pieces = hold_out(template, &mut held);
        assert_eq!(pieces, ["one {{a}}\n \u{E000}#1\u{E001}\n{{{b}}} two"]);
        assert_eq!(held[1..], [fixed]);
    }

    #[test]
    fn a_long_piece_ends_with_its_line_and_no_block_is_cut() {
        let tags = "{{a}}".repeat(LONG / 5);
        let template: &'static str = format!("{tags} a\n{{{{#if b}}}}\n{tags}\n{{{{/if}}}}\nb\n").leak();
        let pieces = hold_out(template, &mut Vec::new());
        assert_eq!(
            pieces,
            [
                format!("{tags} a\n"),
                format!("{{{{#if b}}}}\n{tags}\n{{{{/if}}}}\nb\n"),
                String::new()
            ]
        );
    }

    #[test]
    fn a_comment_is_a_tag() {
        let template = "{{!-- of some lines\n that are long enough to be worth it, and {{more}}\n than one --}}\nx\n";
        assert_eq!(hold_out(template, &mut Vec::new()), [template]);
    }
}
