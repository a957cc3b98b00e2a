//! For people at a terminal: each finding over the lines that it is about, in every file that it is about.

use std::borrow::Cow;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceSpan, SpanContents,
};

use super::{At, Diagnostic, Report, Severity};
use crate::source::{FileId, Files};

/// How to draw. Neither the terminal nor the environment is asked here.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub color: bool,
    pub width: usize,
}

pub fn human(report: &Report, style: Style) -> String {
    let theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.clamp(40, 200))
        .with_links(false)
        .without_syntax_highlighting()
        .with_context_lines(1);
    let desk = Desk::new(&report.files);
    let mut out = String::new();
    for finding in report.findings() {
        let view = View {
            finding,
            why: (!finding.why.is_empty()).then(|| Why(shown(&finding.why).into_owned())),
            desk: &desk,
        };
        handler
            .render_report(&mut out, &view)
            .expect("writing to a String does not fail, and every label is inside its file");
        out.push('\n');
    }
    for finding in report.waived() {
        let (place, why) = (position(report, finding), finding.waived.as_deref().unwrap_or_default());
        out.push_str(&format!(
            "waived[{}] {place}: {}\n  because {}\n",
            finding.code,
            shown(&finding.title),
            shown(why)
        ));
    }
    if !report.is_empty() || !report.waived().is_empty() {
        out.push_str(&report.summary());
        out.push('\n');
    }
    out
}

/// `site.yaml:12:5`
fn position(report: &Report, finding: &Diagnostic) -> String {
    finding.place().map_or_else(String::new, |place| {
        let start = report.files.start(place);
        format!("{}:{}:{}", report.files.name(place.file), start.line, start.column)
    })
}

/// All files side by side in one space of offsets: miette draws one source per finding, and a finding may be about several files.
struct Desk<'a> {
    files: &'a Files,
    starts: Vec<(usize, FileId)>,
}

impl<'a> Desk<'a> {
    fn new(files: &'a Files) -> Desk<'a> {
        let mut next = 0;
        let starts = files
            .iter()
            .map(|id| {
                let start = next;
                next += files.text(id).len() + 1;
                (start, id)
            })
            .collect();
        Desk { files, starts }
    }

    fn start(&self, file: FileId) -> usize {
        self.starts
            .iter()
            .find(|(_, id)| *id == file)
            .map_or(0, |(start, _)| *start)
    }
}

impl miette::SourceCode for Desk<'_> {
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let at = self.starts.partition_point(|(start, _)| *start <= span.offset());
        let (base, file) = *self.starts.get(at.wrapping_sub(1)).ok_or(MietteError::OutOfBounds)?;
        let start = span.offset() - base;
        if start + span.len() > self.files.text(file).len() {
            return Err(MietteError::OutOfBounds);
        }
        let (first, first_start) = self.files.line_of(file, start as u32);
        let (last, _) = self.files.line_of(file, (start + span.len()) as u32);
        let from = first.saturating_sub(before);
        let (from_start, text) = self.files.line_range(file, from, last + after);
        let column = if before == 0 {
            self.files.position(file, start as u32).column - 1
        } else {
            0
        };
        // miette takes the reading's first byte for the span's own when it asks for no context.
        let cut = if before == 0 {
            (start - first_start as usize).min(text.len())
        } else {
            0
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.files.name(file).to_owned(),
            &text.as_bytes()[cut..],
            (base + from_start as usize + cut, text.len() - cut).into(),
            from,
            column,
            last + after + 1 - from,
        )))
    }
}

struct View<'a> {
    finding: &'a Diagnostic,
    why: Option<Why>,
    desk: &'a Desk<'a>,
}

/// Longer lines are no text for people.
const LONGEST: usize = 2_000;

impl View<'_> {
    /// Whether the lines at all labels, and those around them, can be shown.
    fn is_drawable(&self) -> bool {
        self.finding.labels.iter().all(|label| {
            let At::Place(place) = label.at else { return true };
            let (line, _) = self.desk.files.line_of(place.file, place.start);
            let (_, text) = self.desk.files.line_range(place.file, line.saturating_sub(1), line + 1);
            text.lines().all(|line| line.len() <= LONGEST)
        })
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.finding.fmt(f)
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.finding.title))?;
        if let Some(place) = self.finding.place().filter(|_| !self.is_drawable()) {
            let start = self.desk.files.start(place);
            write!(
                f,
                " ({}:{}:{})",
                self.desk.files.name(place.file),
                start.line,
                start.column
            )?;
        }
        match self.finding.environments.as_slice() {
            [] => Ok(()),
            [one] => write!(f, " (environment {one})"),
            many => write!(f, " (environments {})", many.join(", ")),
        }
    }
}

impl std::error::Error for View<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.why.as_ref().map(|why| why as &dyn std::error::Error)
    }
}

impl miette::Diagnostic for View<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!(
            "{}[{}]",
            self.finding.severity.name(),
            self.finding.code
        )))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.finding.help.is_empty()).then(|| Box::new(shown(&self.finding.help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        let drawn = self.finding.place().filter(|_| self.is_drawable());
        drawn.map(|_| self.desk as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let mut primary = true;
        Some(Box::new(self.finding.labels.iter().filter_map(move |label| {
            let At::Place(place) = label.at else {
                return None;
            };
            let span = (
                self.desk.start(place.file) + place.start as usize,
                (place.end - place.start) as usize,
            );
            let text = (!label.text.is_empty()).then(|| shown(&label.text).into_owned());
            Some(if std::mem::take(&mut primary) {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            })
        })))
    }
}

/// Keys and values are quoted in sentences, and their control characters must not reach the terminal.
fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() && c != '\n') {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| {
        if c.is_control() && c != '\n' {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    Cow::Owned(text.chars().map(escape).collect())
}

/// The sentence of why, which miette draws as the cause.
#[derive(Debug)]
struct Why(String);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Why {}
