//! Each unit by what it takes, and by what it refuses with which words.

mod names;
mod network;
mod paths;
mod sizes;
mod texts;

use super::units;

fn check(unit: &str, text: &str) -> Result<(), String> {
    let (_, check) = units().iter().find(|(name, _)| *name == unit).expect("in the table");
    check(text)
}

/// Each text, by the checker and by the pattern that editors are given.
fn takes(unit: &str, texts: &[&str]) {
    let pattern = crate::manifest::values::unit::pattern_of(unit);
    let schema = serde_json::json!({"type": "string", "pattern": pattern.unwrap_or("")});
    for text in texts {
        assert_eq!(check(unit, text), Ok(()), "{unit}: {text:?}");
        assert!(
            jsonschema::is_valid(&schema, &(*text).into()),
            "{unit}: the pattern refuses {text:?}"
        );
    }
}

/// Each text with words that its message must have.
fn refuses(unit: &str, texts: &[(&str, &str)]) {
    for (text, words) in texts {
        let message = check(unit, text).expect_err(&format!("{unit}: {text:?} passes"));
        assert!(message.contains(words), "{unit}: {text:?}: {message}");
    }
}
