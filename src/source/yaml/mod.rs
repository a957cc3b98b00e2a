//! One YAML file becomes one tree.
//!
//! The parser's events are folded with a stack of our own, so that depth costs no call stack; what is nested deeper than any
//! manifest is refused, which also keeps every later walk over the tree within bounds.

mod anchors;
mod offsets;
mod refusals;
pub(crate) mod scalar;

use indexmap::IndexMap;
use indexmap::map::Entry;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use self::anchors::Anchors;
use self::offsets::Offsets;
use super::node::{Layer, Node, Origin, Value};
use super::place::{FileId, Files, Place};
use crate::diag::Diagnostic;

const DEEPEST: usize = 100;
const MOST_NODES: usize = 1_000_000;
/// A file with more mistakes than this is some other file.
const MOST_FINDINGS: usize = 100;

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
    let start = Place { file, start: 0, end: 0 };
    match (builder.findings.is_empty(), builder.root) {
        (true, Some(root)) if !root.is_null() => Ok(root),
        (true, _) => Err(vec![refusals::nothing(start)]),
        (false, _) => Err(builder.findings),
    }
}

type Fatal = Box<Diagnostic>;

/// A map or a list that is not closed yet.
struct Frame {
    open: Place,
    anchor: usize,
    inner: Inner,
}

enum Inner {
    /// The key waits for its value.
    Map(IndexMap<String, Node>, Option<(String, Place)>),
    List(Vec<Node>),
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
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(_) if documents > 0 => {
                    return Err(refusals::second_document(place).into());
                }
                Event::DocumentStart(_) => documents += 1,
                Event::Alias(id) => {
                    self.no_key_expected(place)?;
                    let found = self.anchors.resolve(id);
                    let (node, depth) = found.map_err(|why| refusals::alias(&why, Some(place)))?;
                    self.deep_enough(depth, place)?;
                    self.add(node, 0)?;
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.no_tag(tag.is_some(), place);
                    self.scalar(&text, style, anchor, place)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.open(Inner::List(Vec::new()), anchor, tag.is_some(), place)?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.open(Inner::Map(IndexMap::new(), None), anchor, tag.is_some(), place)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(place)?,
            }
            if self.findings.len() >= MOST_FINDINGS {
                break;
            }
        }
        Ok(())
    }

    fn origin(&self, place: Place) -> Origin {
        Origin {
            place: Some(place),
            layer: self.layer.clone(),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, place: Place) -> Result<(), Fatal> {
        let plain = style == ScalarStyle::Plain;
        if self.key_expected() {
            let place = self.labelled(place, None);
            self.key(text, plain, place);
            let node = Node::new(Value::String(text.to_owned()), self.origin(place));
            return self.anchor(anchor, &node);
        }
        let value = if plain {
            scalar::plain(text)
        } else {
            Ok(Value::String(text.to_owned()))
        };
        let value = value.unwrap_or_else(|why| {
            self.findings.push(refusals::number(text, why, place));
            Value::Null
        });
        let mut node = Node::new(value, self.origin(place));
        if !matches!(node.value, Value::String(_) | Value::Null) && node.spelling() != text {
            node.spelling = Some(text.into());
        }
        self.add(node, anchor)
    }

    fn key_expected(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Frame {
                inner: Inner::Map(_, None),
                ..
            })
        )
    }

    fn key(&mut self, text: &str, plain: bool, place: Place) {
        let Some(Frame {
            inner: Inner::Map(map, key),
            ..
        }) = self.stack.last_mut()
        else {
            return;
        };
        if plain && text == "<<" {
            self.findings.push(refusals::merge_key(place));
        } else if plain && scalar::is_null(text) {
            self.findings.push(refusals::null_key(place));
        } else if let Some(first) = map.get(text) {
            self.findings.push(refusals::duplicate_key(text, place, first.key));
        }
        *key = Some((text.to_owned(), place));
    }

    fn open(&mut self, inner: Inner, anchor: usize, tagged: bool, place: Place) -> Result<(), Fatal> {
        self.no_key_expected(place)?;
        self.no_tag(tagged, place);
        self.deep_enough(1, place)?;
        self.stack.push(Frame {
            open: place,
            anchor,
            inner,
        });
        Ok(())
    }

    fn close(&mut self, end: Place) -> Result<(), Fatal> {
        let Some(Frame { open, anchor, inner }) = self.stack.pop() else {
            return Ok(());
        };
        let value = match inner {
            Inner::Map(map, _) => Value::Map(map),
            Inner::List(list) => Value::List(list),
        };
        // Only the flow forms have brackets, and so an extent of their own. The parser lets a comment behind the last one belong to it.
        let bracket = matches!(self.text.as_bytes().get(end.start as usize), Some(b']' | b'}'));
        let end = if open.end > open.start && bracket {
            end.start + 1
        } else {
            open.end
        };
        self.add(Node::new(value, self.origin(Place { end, ..open })), anchor)
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, mut node: Node, anchor: usize) -> Result<(), Fatal> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(refusals::too_many_values(node.origin.place, MOST_NODES).into());
        }
        let key = match self.stack.last_mut() {
            Some(Frame {
                inner: Inner::Map(_, key),
                ..
            }) => key.take(),
            _ => None,
        };
        node.key = key.as_ref().map(|(_, place)| *place);
        node.origin.place = node.origin.place.map(|place| self.labelled(place, node.key));
        self.anchor(anchor, &node)?;
        match self.stack.last_mut().map(|frame| &mut frame.inner) {
            Some(Inner::List(list)) => list.push(node),
            Some(Inner::Map(map, _)) => {
                if let Some((key, _)) = key
                    && let Entry::Vacant(vacant) = map.entry(key)
                {
                    vacant.insert(node);
                }
            }
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn anchor(&mut self, id: usize, node: &Node) -> Result<(), Fatal> {
        if id == 0 {
            return Ok(());
        }
        let place = node.key.or(node.origin.place);
        self.anchors
            .define(id, node)
            .map_err(|why| refusals::alias(&why, place).into())
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
            line.split(": ").next().unwrap_or_default().trim_end_matches(':')
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
        if self.stack.len() + more > DEEPEST {
            return Err(refusals::too_deep(place, DEEPEST).into());
        }
        Ok(())
    }

    /// Maps, lists and aliases may not stand where a key is expected.
    fn no_key_expected(&self, place: Place) -> Result<(), Fatal> {
        if self.key_expected() {
            return Err(refusals::key_is_no_text(place).into());
        }
        Ok(())
    }

    fn no_tag(&mut self, tagged: bool, place: Place) {
        if tagged {
            self.findings.push(refusals::tag(self.labelled(place, None)));
        }
    }

    fn syntax(&self, error: &ScanError) -> Fatal {
        let at = self
            .offsets
            .byte(self.text, error.marker().index())
            .min(self.text.len());
        let rest = &self.text[at..];
        let next = rest.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        let place = Place {
            file: self.file,
            start: at as u32,
            end: (at + next) as u32,
        };
        // The parser has a bound of its own for brackets.
        if error.info().contains("recursion limit") {
            return refusals::too_deep(place, DEEPEST).into();
        }
        refusals::syntax(error, place, rest).into()
    }
}

#[cfg(test)]
mod tests;
