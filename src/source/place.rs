//! The files that were read, and places in them.

use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A stretch of a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

/// A line and a column as editors count them: from 1, columns in Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

#[derive(Debug)]
struct File {
    name: String,
    text: String,
    /// Where each line begins.
    lines: Vec<u32>,
}

/// All files of a site. A clone is cheap and shares the texts.
#[derive(Clone, Debug, Default)]
pub struct Files(Vec<Arc<File>>);

impl Files {
    /// `name` is the path as reports show it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        self.0.push(Arc::new(File {
            name: name.into(),
            text,
            lines,
        }));
        FileId(self.0.len() as u32 - 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.0.len() as u32).map(FileId)
    }

    fn file(&self, id: FileId) -> &File {
        self.0
            .get(id.0 as usize)
            .expect("a FileId is only given out by the Files that holds the file")
    }

    pub fn name(&self, id: FileId) -> &str {
        &self.file(id).name
    }

    pub fn text(&self, id: FileId) -> &str {
        &self.file(id).text
    }

    pub fn snippet(&self, place: Place) -> &str {
        self.text(place.file)
            .get(place.start as usize..place.end as usize)
            .unwrap_or_default()
    }

    /// The line that holds the byte, counted from 0, and where it begins.
    pub(crate) fn line_of(&self, file: FileId, offset: u32) -> (usize, u32) {
        let lines = &self.file(file).lines;
        let line = lines.partition_point(|start| *start <= offset).saturating_sub(1);
        (line, lines[line])
    }

    /// The text from one line's beginning to another one's end, without the last line break, and where it begins.
    pub(crate) fn line_range(&self, file: FileId, first: usize, last: usize) -> (u32, &str) {
        let File { text, lines, .. } = self.file(file);
        let start = lines[first.min(lines.len() - 1)];
        let end = lines.get(last + 1).map_or(text.len(), |next| *next as usize);
        (start, text[start as usize..end].trim_end_matches(['\n', '\r']))
    }

    pub fn position(&self, file: FileId, offset: u32) -> Position {
        let (line, start) = self.line_of(file, offset);
        let text = self.text(file);
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Position {
            line: line + 1,
            column: text[start as usize..end].chars().count() + 1,
        }
    }

    pub fn start(&self, place: Place) -> Position {
        self.position(place.file, place.start)
    }

    pub fn end(&self, place: Place) -> Position {
        self.position(place.file, place.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut files = Files::default();
        let id = files.add("a.yaml", "é: ü\n日本: x\n");
        assert_eq!(files.position(id, 4), Position { line: 1, column: 4 });
        assert_eq!(files.position(id, 15), Position { line: 2, column: 5 });
        assert_eq!(files.position(id, 5), Position { line: 1, column: 4 });
        assert_eq!(files.position(id, 9_999).line, 3);
        assert_eq!(files.line_range(id, 1, 1), (7, "日本: x"));
    }
}
