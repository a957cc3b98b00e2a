//! What a plain scalar means: the core schema of YAML 1.2, in which `on`, `off`, `yes` and `no` are strings.

use serde_json::Number;

use crate::source::node::Value;

pub(crate) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// `Err` says in a sentence why it has no value.
pub(crate) fn plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        text if is_null(text) => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match number(text)? {
            Some(number) => Value::Number(number),
            None => Value::String(text.to_owned()),
        },
    })
}

fn number(text: &str) -> Result<Option<Number>, String> {
    // Most scalars are words: leave early.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(None);
    }
    let based = text
        .strip_prefix("0x")
        .map(|digits| (digits, 16))
        .or_else(|| text.strip_prefix("0o").map(|digits| (digits, 8)));
    if let Some((digits, base)) = based {
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
            return Ok(None);
        }
        return u64::from_str_radix(digits, base)
            .map(|n| Some(n.into()))
            .map_err(|_| too_large(text));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!("`{text}` is not a number that can be used here"));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit()) {
        let plain = text.strip_prefix('+').unwrap_or(text);
        let parsed = plain
            .parse::<i64>()
            .map(Number::from)
            .or_else(|_| plain.parse::<u64>().map(Number::from));
        return parsed.map(Some).map_err(|_| too_large(text));
    }
    if !is_float(unsigned) {
        return Ok(None);
    }
    let value = text.parse::<f64>().ok().and_then(Number::from_f64);
    value.map(Some).ok_or_else(|| too_large(text))
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

fn too_large(text: &str) -> String {
    format!("`{text}` is larger than a number can be here")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Node, Origin};
    use serde_json::json;

    fn read(text: &str) -> serde_json::Value {
        Node::new(plain(text).unwrap(), Origin::DEFAULT).to_json()
    }

    #[test]
    fn core_schema() {
        for (text, value) in [
            ("on", json!("on")),
            ("yes", json!("yes")),
            ("No", json!("No")),
            ("True", json!(true)),
            ("~", json!(null)),
            ("", json!(null)),
            ("-12", json!(-12)),
            ("+3", json!(3)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("0755", json!(755)),
            ("1.5e3", json!(1500.0)),
            (".5", json!(0.5)),
            ("1.", json!(1.0)),
            ("18446744073709551615", json!(u64::MAX)),
            (".", json!(".")),
            ("1_000", json!("1_000")),
            ("1e", json!("1e")),
            ("12:30", json!("12:30")),
            ("192.0.2.1", json!("192.0.2.1")),
            ("-", json!("-")),
            ("0b11", json!("0b11")),
            ("infinity", json!("infinity")),
        ] {
            assert_eq!(read(text), value, "{text}");
        }
    }

    #[test]
    fn numbers_that_json_cannot_hold_are_refused() {
        for text in [
            ".inf",
            "-.INF",
            ".nan",
            "99999999999999999999999",
            "1e999",
            "0xFFFFFFFFFFFFFFFFF",
        ] {
            assert!(plain(text).is_err(), "{text}");
        }
    }
}
