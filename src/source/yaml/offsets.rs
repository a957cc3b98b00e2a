//! The parser counts characters and everybody else bytes.

pub(super) enum Offsets {
    Ascii,
    /// The byte of every 64th character.
    Steps(Vec<u32>),
}

const STEP: usize = 64;

impl Offsets {
    pub(super) fn new(text: &str) -> Offsets {
        if text.is_ascii() {
            return Offsets::Ascii;
        }
        Offsets::Steps(text.char_indices().step_by(STEP).map(|(at, _)| at as u32).collect())
    }

    pub(super) fn byte(&self, text: &str, character: usize) -> usize {
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
