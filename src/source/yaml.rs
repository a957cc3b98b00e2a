//! One YAML file becomes one tree.
//!
//! The parser's events are folded with a stack of our own, so that depth costs no call stack; what is nested deeper than any
//! manifest is refused, which also keeps every later walk over the tree within bounds.

use std::borrow::Cow;

use indexmap::IndexMap;
use indexmap::map::Entry;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::anchors::{Anchors, Unusable};
use super::node::{Layer, Node, Origin, Value};
use super::place::{FileId, Files, Place};
use super::scalar;
use crate::diag::Diagnostic;

const DEEPEST: usize = 100;
const MOST_NODES: usize = 1_000_000;

/// The tree of a file, or all that is wrong with it.
pub(crate) fn parse(files: &Files, file: FileId, layer: &Layer) -> Result<Node, Vec<Diagnostic>> {
    let text = files.text(file);
    let mut builder = Builder {
        text,
        offsets: Offsets::new(text),
        file,
        layer,
        stack: Vec::new(),
        anchors: Anchors::default(),
        root: None,
        nodes: 0,
        findings: Vec::new(),
    };
    if let Err(fatal) = builder.run() {
        builder.findings.push(*fatal);
    }
    let nothing = Builder::nothing(file);
    match (builder.findings.is_empty(), builder.root) {
        (true, Some(root)) if !root.is_null() => Ok(root),
        (true, _) => Err(vec![nothing]),
        (false, _) => Err(builder.findings),
    }
}

type Fatal = Box<Diagnostic>;

enum Frame {
    Map {
        map: IndexMap<String, Node>,
        key: Option<(String, Place)>,
        open: Place,
        anchor: usize,
    },
    List {
        list: Vec<Node>,
        open: Place,
        anchor: usize,
    },
}

struct Builder<'a> {
    text: &'a str,
    offsets: Offsets,
    file: FileId,
    layer: &'a Layer,
    stack: Vec<Frame>,
    anchors: Anchors,
    root: Option<Node>,
    nodes: usize,
    findings: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), Fatal> {
        let mut parser = Parser::new_from_str(self.text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.syntax(&error))?;
            let place = self.place(span);
            match event {
                Event::StreamEnd => break,
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(self.second_document(place));
                    }
                }
                Event::Alias(id) => {
                    self.not_a_key(place)?;
                    let (node, depth) = self
                        .anchors
                        .resolve(id)
                        .map_err(|why| unusable(&why, place))?;
                    self.deep_enough(depth, place)?;
                    self.add(node, 0)?;
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.no_tag(tag.is_some(), place);
                    self.scalar(&text, style, anchor, place)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.not_a_key(place)?;
                    self.no_tag(tag.is_some(), place);
                    self.deep_enough(1, place)?;
                    self.stack.push(Frame::List {
                        list: Vec::new(),
                        open: place,
                        anchor,
                    });
                }
                Event::MappingStart(anchor, tag) => {
                    self.not_a_key(place)?;
                    self.no_tag(tag.is_some(), place);
                    self.deep_enough(1, place)?;
                    self.stack.push(Frame::Map {
                        map: IndexMap::new(),
                        key: None,
                        open: place,
                        anchor,
                    });
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(place)?,
            }
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        place: Place,
    ) -> Result<(), Fatal> {
        let value = match style {
            ScalarStyle::Plain => scalar::plain(text).unwrap_or_else(|why| {
                self.findings.push(
                    Diagnostic::error("yaml-number", why)
                        .at(place, "this number")
                        .help(format!("write \"{text}\" in quotes if a text is meant")),
                );
                Value::Null
            }),
            _ => Value::String(text.to_owned()),
        };
        if let Some(Frame::Map {
            map,
            key: key @ None,
            ..
        }) = self.stack.last_mut()
        {
            match key_problem(text, style, &value) {
                Some(problem) => self.findings.push(problem.at(place, "this key")),
                None => {
                    if let Some(first) = map.get(text) {
                        self.findings.push(
                            Diagnostic::error(
                                "duplicate-key",
                                format!("the key `{text}` stands twice in the same map"),
                            )
                            .at(place, "again here")
                            .at(first.key, "first here")
                            .why("one of the two would be lost")
                            .help("keep one of them, or merge what stands under both"),
                        );
                    }
                }
            }
            *key = Some((text.to_owned(), place));
            return Ok(());
        }
        let mut node = Node::new(
            value,
            Origin {
                place: Some(place),
                layer: self.layer.clone(),
            },
        );
        if !matches!(node.value, Value::String(_) | Value::Null) && node.spelling() != text {
            node.spelling = Some(text.into());
        }
        self.add(node, anchor)
    }

    fn close(&mut self, end: Place) -> Result<(), Fatal> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let (value, open, anchor) = match frame {
            Frame::Map {
                map, open, anchor, ..
            } => (Value::Map(map), open, anchor),
            Frame::List { list, open, anchor } => (Value::List(list), open, anchor),
        };
        // Only the flow forms have brackets, and so an extent of their own.
        let place = if open.end > open.start {
            Place {
                end: end.end.max(open.end),
                ..open
            }
        } else {
            open
        };
        self.add(
            Node::new(
                value,
                Origin {
                    place: Some(place),
                    layer: self.layer.clone(),
                },
            ),
            anchor,
        )
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, mut node: Node, anchor: usize) -> Result<(), Fatal> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Box::new(
                Diagnostic::error(
                    "too-large",
                    format!("there are more than {MOST_NODES} values in this file"),
                )
                .at(node.origin.place, "here it gets too many")
                .help("split the site into several manifests"),
            ));
        }
        let key = match self.stack.last_mut() {
            Some(Frame::Map { key, .. }) => key.take(),
            _ => None,
        };
        node.key = key.as_ref().map(|(_, place)| *place);
        node.origin.place = node
            .origin
            .place
            .map(|place| self.labelled(place, node.key));
        if anchor > 0 {
            let place = node.key.or(node.origin.place);
            self.anchors
                .define(anchor, &node)
                .map_err(|why| unusable_at(&why, place))?;
        }
        match (self.stack.last_mut(), key) {
            (Some(Frame::Map { map, .. }), Some((key, _))) => {
                if let Entry::Vacant(vacant) = map.entry(key) {
                    vacant.insert(node);
                }
            }
            (Some(Frame::List { list, .. }), _) => list.push(node),
            (None, _) => self.root = Some(node),
            (Some(Frame::Map { .. }), None) => {}
        }
        Ok(())
    }

    /// A block, a text of several lines and an empty value are labelled at their key; in a list, at their first line.
    fn labelled(&self, place: Place, key: Option<Place>) -> Place {
        let text = &self.text[place.start as usize..place.end as usize];
        if !text.is_empty() && !text.contains('\n') {
            return place;
        }
        if let Some(key) = key {
            return key;
        }
        let rest = &self.text[place.start as usize..];
        let line = rest.split('\n').next().unwrap_or_default().trim_end();
        let line = if text.is_empty() {
            line.split(": ")
                .next()
                .unwrap_or_default()
                .trim_end_matches(':')
        } else {
            line
        };
        Place {
            end: place.start + line.len() as u32,
            ..place
        }
    }

    fn place(&self, span: Span) -> Place {
        let start = self.offsets.byte(self.text, span.start.index());
        let end = self.offsets.byte(self.text, span.end.index()).max(start);
        let trimmed = self.text[start..end].trim_end().len();
        Place {
            file: self.file,
            start: start as u32,
            end: (start + trimmed) as u32,
        }
    }

    fn deep_enough(&self, more: usize, place: Place) -> Result<(), Fatal> {
        if self.stack.len() + more <= DEEPEST {
            return Ok(());
        }
        Err(Box::new(
            Diagnostic::error(
                "too-deep",
                format!("maps and lists are nested more than {DEEPEST} deep"),
            )
            .at(place, "here it gets too deep")
            .help("no setting of a site needs that: look for brackets that are never closed"),
        ))
    }

    /// Refuses maps, lists and aliases where a key is expected: a key is a text.
    fn not_a_key(&mut self, place: Place) -> Result<(), Fatal> {
        if !matches!(self.stack.last(), Some(Frame::Map { key: None, .. })) {
            return Ok(());
        }
        Err(Box::new(
            Diagnostic::error(
                "yaml-key",
                "a key must be a text, not a map, a list or an alias",
            )
            .at(place, "this stands where a key is expected")
            .help("if it begins with `{`, `[` or `*`, put it in quotes"),
        ))
    }

    fn no_tag(&mut self, tagged: bool, place: Place) {
        if tagged {
            self.findings.push(
                Diagnostic::error("yaml-tag", "tags (`!name`) have no meaning here")
                    .at(self.labelled(place, None), "this value has a tag")
                    .help("remove the tag, or put the text in quotes if the `!` belongs to it"),
            );
        }
    }

    fn second_document(&self, place: Place) -> Fatal {
        Box::new(
            Diagnostic::error(
                "several-documents",
                "there is more than one document in this file",
            )
            .at(place, "a second document begins here")
            .help(
                "put it into a file of its own and name it under `include:`, or remove the `---`",
            ),
        )
    }

    fn nothing(file: FileId) -> Diagnostic {
        Diagnostic::error("empty-file", "there is nothing in this file")
            .at(
                Place {
                    file,
                    start: 0,
                    end: 0,
                },
                "",
            )
            .help("`sitewright init` writes a manifest to begin with")
    }

    fn syntax(&self, error: &ScanError) -> Fatal {
        let at = self
            .offsets
            .byte(self.text, error.marker().index())
            .min(self.text.len());
        let next = self.text[at..]
            .chars()
            .next()
            .filter(|c| *c != '\n')
            .map_or(0, char::len_utf8);
        let place = Place {
            file: self.file,
            start: at as u32,
            end: (at + next) as u32,
        };
        let rest = &self.text[at..];
        Box::new(
            Diagnostic::error("yaml-syntax", format!("this is not YAML: {}", error.info()))
                .at(place, "the reader got stuck here")
                .help(remedy(error.info(), rest)),
        )
    }
}

fn key_problem(text: &str, style: ScalarStyle, value: &Value) -> Option<Diagnostic> {
    if style != ScalarStyle::Plain {
        return None;
    }
    if text == "<<" {
        return Some(
            Diagnostic::error("merge-key", "the merge key `<<` is not part of YAML 1.2")
                .why("a manifest has one merge rule: defaults lie under services, environments over the whole")
                .help("put what is shared under `defaults: {all: …}`, or write `\"<<\"` if a plain key is meant"),
        );
    }
    matches!(value, Value::Null).then(|| {
        Diagnostic::error("yaml-key", "a key must be a text, and this one is null")
            .help("name the key, or put it in quotes")
    })
}

fn unusable(why: &Unusable, place: Place) -> Fatal {
    unusable_at(why, Some(place))
}

fn unusable_at(why: &Unusable, place: Option<Place>) -> Fatal {
    Box::new(match why {
        Unusable::Itself => Diagnostic::error(
            "alias-cycle",
            "this alias stands inside the value that it names",
        )
        .at(place, "stands for itself")
        .help("write the inner value out"),
        Unusable::TooMany => Diagnostic::error(
            "alias-bomb",
            "the aliases of this file grow into too many values",
        )
        .at(place, "here it gets too many")
        .help("write the values out, or put what is shared under `defaults:`"),
    })
}

fn remedy(info: &str, rest: &str) -> Cow<'static, str> {
    Cow::Borrowed(match rest.chars().next() {
        Some('\t') => "indent with spaces: YAML does not allow tabs",
        _ if info.contains("tab") => "indent with spaces: YAML does not allow tabs",
        Some('@' | '`' | '%') => "put the text in quotes: YAML reserves its first character",
        _ if info.contains("mapping values") => {
            "put the text in quotes if `: ` belongs to it, or begin the key on a line of its own"
        }
        _ if info.contains("unknown anchor") => {
            "define it with `&name` before it is used, or put the text in quotes if the `*` belongs to it"
        }
        _ if info.contains("quoted scalar") => "close the quote that was opened",
        _ if info.contains("flow") => {
            "look for a `{`, `[` or `,` that is missing or one too many before this"
        }
        _ => {
            "look at the indentation of this line and the one before, and for a missing `:` or quote"
        }
    })
}

/// The parser counts characters and everybody else bytes.
enum Offsets {
    Ascii,
    /// The byte of every 64th character.
    Steps(Vec<u32>),
}

const STEP: usize = 64;

impl Offsets {
    fn new(text: &str) -> Offsets {
        if text.is_ascii() {
            return Offsets::Ascii;
        }
        Offsets::Steps(
            text.char_indices()
                .step_by(STEP)
                .map(|(at, _)| at as u32)
                .collect(),
        )
    }

    fn byte(&self, text: &str, character: usize) -> usize {
        match self {
            Offsets::Ascii => character.min(text.len()),
            Offsets::Steps(steps) => {
                let Some(start) = steps.get(character / STEP) else {
                    return text.len();
                };
                let start = *start as usize;
                text[start..]
                    .char_indices()
                    .nth(character % STEP)
                    .map_or(text.len(), |(at, _)| start + at)
            }
        }
    }
}
