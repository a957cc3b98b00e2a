//! Lengths of time.

use super::unit::string_unit;
use std::fmt;
use std::str::FromStr;

/// A length of time: a number and its unit, as in `30s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    milliseconds: u64,
}

string_unit!(
    Duration,
    "duration",
    Some(r"^([0-9]+(ms|s|m|h|d|w))+$"),
    "A length of time: a number and its unit (`ms`, `s`, `m` for minutes, `h`, `d`, `w`), as in `30s` or `1h30m`.",
    ["500ms", "30s", "24h", "90d"]
);

const UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Duration {
    pub const fn seconds(seconds: u64) -> Self {
        Self {
            milliseconds: seconds * 1_000,
        }
    }

    pub const fn as_millis(self) -> u64 {
        self.milliseconds
    }

    /// Whole seconds, rounded up, so that a short time never becomes none.
    pub const fn as_secs(self) -> u64 {
        self.milliseconds.div_ceil(1_000)
    }

    pub const fn is_zero(self) -> bool {
        self.milliseconds == 0
    }
}

impl FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut milliseconds = 0u64;
        let mut larger = u64::MAX;
        let too_long = || format!("`{text}` is too long a time: write less than 1000 years");
        while !rest.is_empty() || text.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = rest.split_at(digits);
            let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            let number: u64 = match number {
                "" => {
                    return Err(format!(
                        "`{text}` is not a length of time: write it as 30s, 5m, 24h or 90d"
                    ));
                }
                digits => digits.parse().map_err(|_| too_long())?,
            };
            let factor = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .ok_or_else(|| wrong_unit(text, number, unit))?
                .1;
            if factor >= larger {
                return Err(format!(
                    "`{text}` has its units out of order: write the largest first, as in 1h30m"
                ));
            }
            larger = factor;
            let part = number.checked_mul(factor).ok_or_else(too_long)?;
            milliseconds = milliseconds.checked_add(part).ok_or_else(too_long)?;
            rest = tail;
        }
        if milliseconds > 1_000 * 365 * 86_400_000 {
            return Err(too_long());
        }
        Ok(Self { milliseconds })
    }
}

fn wrong_unit(text: &str, number: u64, unit: &str) -> String {
    match unit {
        "" => format!("`{text}` has no unit: write {number}s for seconds or {number}m for minutes"),
        "M" => format!(
            "`{text}` is no length of time: write {number}m for minutes, or months in days as {}d",
            number.saturating_mul(30)
        ),
        "y" | "Y" | "year" | "years" => {
            format!(
                "`{text}` is no length of time: write years in days, as in {}d",
                number.saturating_mul(365)
            )
        }
        _ => format!("`{unit}` is no unit of time: write {number} with ms, s, m, h, d or w"),
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Weeks are only read: `7d` says the same.
        let fits = |(unit, factor): &&(&str, u64)| {
            *unit != "w" && self.milliseconds >= *factor && self.milliseconds.is_multiple_of(*factor)
        };
        match UNITS.iter().find(fits) {
            Some((unit, factor)) => write!(f, "{}{unit}", self.milliseconds / factor),
            None => f.write_str("0s"),
        }
    }
}
