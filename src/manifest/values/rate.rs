//! Request rates.

use super::unit::string_unit;
use std::fmt;
use std::str::FromStr;

/// Requests in a second or in a minute, in nginx's spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    pub count: u32,
    pub per: RatePer,
}

/// What a rate counts over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RatePer {
    Second,
    Minute,
}

string_unit!(
    Rate,
    "rate",
    Some(r"^[1-9][0-9]*r/[sm]$"),
    "Requests in a second (`10r/s`) or in a minute (`5r/m`) from one client address.",
    ["10r/s", "5r/m"]
);

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a rate: write requests in a second as 10r/s, or in a minute as 5r/m");
        let (count, per) = text.split_once('/').ok_or_else(wrong)?;
        let digits = count.strip_suffix('r').ok_or_else(wrong)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let count: u32 = digits.parse().map_err(|_| wrong())?;
        let per = match per {
            "s" => RatePer::Second,
            "m" => RatePer::Minute,
            "h" if count >= 60 => {
                return Err(format!("nginx has no hourly rate: write {}r/m", count / 60));
            }
            _ => return Err(wrong()),
        };
        match count {
            0 => Err(format!(
                "`{text}` lets nothing pass: write a rate above zero, or close the path with `allow`"
            )),
            1_000_001.. => Err(format!("`{text}` is more than a million: leave the rate out")),
            _ => Ok(Self { count, per }),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = match self.per {
            RatePer::Second => 's',
            RatePer::Minute => 'm',
        };
        write!(f, "{}r/{per}", self.count)
    }
}
