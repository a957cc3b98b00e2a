//! Templates into text: handlebars in strict mode, one escaper per target language, and the origin of every line.
//!
//! `{{value}}` goes through the language's escaper. `{{{value}}}` is for what an escaper of [`escape`] has made already.
//! `{{mark origin}}` says that the lines from here on come from that place of the manifest; it prints nothing.

pub(crate) mod escape;
mod fixed;
mod helpers;
pub(crate) mod own;

use std::cell::RefCell;
use std::collections::BTreeMap;

use handlebars::{Context, Handlebars, RenderError};
use serde::Serialize;

use crate::site::Pointer;

/// What a template is written in, which decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    /// One parameter of an nginx directive.
    Nginx,
    /// A value of a unit file: `%` is literal.
    Systemd,
    /// One word of a shell command.
    Shell,
    /// One word of a Corefile.
    Corefile,
    /// A character string of a zone file.
    Zone,
    /// A quoted value of `postgresql.conf`.
    Postgres,
    /// One argument of a `redis.conf` directive.
    Redis,
    /// A string literal of SQL.
    Sql,
    /// Text in a Markdown paragraph or table cell.
    Markdown,
}

/// A rendered text and where its lines come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// First line (from 1) of each stretch of one origin, ascending.
    pub(crate) lines: Vec<(u32, Pointer)>,
}

/// The templates of one language that were used so far.
struct Engine {
    handlebars: Handlebars<'static>,
    /// What each template consists of, by the names that handlebars has for it.
    pieces: BTreeMap<&'static str, Vec<String>>,
    /// What was held out of them.
    fixed: Vec<&'static str>,
}

thread_local! {
    static ENGINES: RefCell<BTreeMap<Language, Engine>> = const { RefCell::new(BTreeMap::new()) };
}

/// Renders `template`, which is known by `name`, with `view`.
///
/// A template and its view are ours, so a mistake in them is a bug and panics; the tests render every template.
pub(crate) fn render(
    language: Language,
    name: &'static str,
    template: &'static str,
    view: &impl Serialize,
) -> Rendered {
    ENGINES.with_borrow_mut(|engines| {
        let engine = engines.entry(language).or_insert_with(|| Engine::new(language));
        engine.learn(name, template);
        let text = engine
            .render(name, view)
            .unwrap_or_else(|error| panic!("template {name}: {error}"));
        trace(&text, &engine.fixed)
    })
}

/// Makes a template known to others of its language, as `{{> name}}`.
pub(crate) fn partial(language: Language, name: &'static str, template: &'static str) {
    ENGINES.with_borrow_mut(|engines| {
        let engine = engines.entry(language).or_insert_with(|| Engine::new(language));
        if !engine.handlebars.has_template(name) {
            let whole = fixed::hold_out(template, &mut engine.fixed).concat();
            engine.register(name, &whole);
        }
    });
}

impl Engine {
    fn new(language: Language) -> Self {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        handlebars.register_escape_fn(escape::of(language));
        helpers::register(&mut handlebars);
        Self {
            handlebars,
            pieces: BTreeMap::new(),
            fixed: Vec::new(),
        }
    }

    fn learn(&mut self, name: &'static str, template: &'static str) {
        if self.pieces.contains_key(name) {
            return;
        }
        let texts = fixed::hold_out(template, &mut self.fixed);
        let named = |(number, text)| (format!("{name} {number}"), text);
        let texts: Vec<(String, String)> = texts.into_iter().enumerate().map(named).collect();
        for (piece, text) in &texts {
            self.register(piece, text);
        }
        self.pieces
            .insert(name, texts.into_iter().map(|(piece, _)| piece).collect());
    }

    fn register(&mut self, name: &str, text: &str) {
        self.handlebars
            .register_template_string(name, text)
            .unwrap_or_else(|error| panic!("template {name}: {error}"));
    }

    fn render(&self, name: &str, view: &impl Serialize) -> Result<String, RenderError> {
        let view = Context::wraps(view)?;
        let pieces = self.pieces[name].iter();
        pieces
            .map(|piece| self.handlebars.render_with_context(piece, &view))
            .collect()
    }
}

/// Takes the marks out of a text, puts back what was held out, and says where each stretch begins.
fn trace(marked: &str, fixed: &[&str]) -> Rendered {
    let mut rendered = Rendered {
        text: String::with_capacity(marked.len()),
        lines: Vec::new(),
    };
    let mut line = 1;
    let mut rest = marked;
    while let Some(start) = rest.find(helpers::MARK_BEGIN) {
        let (before, after) = rest.split_at(start);
        rendered.text.push_str(before);
        line += count_lines(before);
        let after = &after[helpers::MARK_BEGIN.len_utf8()..];
        let end = after.find(helpers::MARK_END).expect("the mark helper writes both ends");
        if let Some(number) = after[..end].strip_prefix(fixed::SIGN) {
            let number: usize = number.parse().expect("`hold_out` writes a number");
            rendered.text.push_str(fixed[number]);
            line += count_lines(fixed[number]);
        } else {
            let origin = after[..end].parse().expect("the mark helper writes a pointer");
            match rendered.lines.last_mut() {
                Some(last) if last.0 == line => last.1 = origin,
                Some(last) if last.1 == origin => {}
                _ => rendered.lines.push((line, origin)),
            }
        }
        rest = &after[end + helpers::MARK_END.len_utf8()..];
    }
    rendered.text.push_str(rest);
    rendered
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_escaped_and_lines_traced() {
        let view = json!({"origin": "/services/api", "value": "a b;"});
        let rendered = render(
            Language::Nginx,
            "test",
            "first\n{{mark origin}}name {{value}};\n",
            &view,
        );
        assert_eq!(rendered.text, "first\nname \"a b;\";\n");
        assert_eq!(rendered.lines, [(2, "/services/api".parse().unwrap())]);
    }

    #[test]
    #[should_panic(expected = "template typo")]
    fn a_typo_in_a_condition_is_an_error() {
        render(Language::Nginx, "typo", "{{#if missing}}x{{/if}}", &json!({}));
    }
}
