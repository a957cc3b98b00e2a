//! Sizes in bytes.

use super::unit::string_unit;
use std::fmt;
use std::str::FromStr;

/// A size: a number and its unit, as in `512MiB`. Powers of two end in `iB`, powers of ten in `B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

string_unit!(
    Bytes,
    "bytes",
    Some(r"^[0-9]+(\.[0-9]+)?([KMGTP]iB|[kMGTP]?B)$"),
    "A size: a number and its unit, as in `512MiB` or `2GiB`. Powers of two end in `iB`, powers of ten in `B`.",
    ["512MiB", "2GiB", "100GB"]
);

const UNITS: [(&str, u64); 11] = [
    ("PiB", 1 << 50),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("PB", 1_000_000_000_000_000),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl Bytes {
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    pub const fn mib(mib: u64) -> Self {
        Self(mib << 20)
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whole mebibytes, rounded down.
    pub const fn as_mib(self) -> u64 {
        self.0 >> 20
    }

    pub const fn as_kib(self) -> u64 {
        self.0 >> 10
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = split_unit(text);
        if number.is_empty() {
            return Err(format!(
                "`{text}` is not a size: write a number and its unit, as in 512MiB"
            ));
        }
        let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(wrong_unit(text, number, unit));
        };
        scale(number, *factor)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a whole number of bytes below 16EiB: write it in a smaller unit"))
    }
}

/// Exact `number * factor`, where the number may have a decimal point.
pub(super) fn scale(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || (number.contains('.') && fraction.is_empty()) || fraction.len() > 9 {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    let scaled = digits.checked_mul(u128::from(factor))?;
    if scaled % divisor != 0 {
        return None;
    }
    u64::try_from(scaled / divisor).ok()
}

pub(super) fn split_unit(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

fn wrong_unit(text: &str, number: &str, unit: &str) -> String {
    if unit.is_empty() {
        return format!("`{text}` has no unit: write {text}MiB, or {text}B for bytes");
    }
    let letter = unit
        .chars()
        .next()
        .map(|c| c.to_ascii_uppercase())
        .filter(|c| "KMGTP".contains(*c));
    let tail = unit.get(1..).unwrap_or_default().to_ascii_lowercase();
    match (letter, tail.as_str()) {
        (Some(letter), "" | "b") => {
            let small = if letter == 'K' { 'k' } else { letter };
            format!(
                "`{text}` could mean {number}{letter}iB (powers of two) or {number}{small}B (powers of ten): write {number}{letter}iB"
            )
        }
        (Some(letter), "i" | "ib") => format!("`{text}` is not a size: write {number}{letter}iB"),
        _ => format!("`{unit}` is no unit of size: write {number} with KiB, MiB, GiB or TiB"),
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, factor): &&(&str, u64)| self.0 >= *factor && self.0.is_multiple_of(*factor);
        match UNITS.iter().find(fits) {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}B", self.0),
        }
    }
}
