//! Sizes, times, rates, shares and numbers.

use super::{refuses, takes};
use crate::manifest::values::*;

#[test]
fn bytes() {
    takes(
        "bytes",
        &["0B", "512MiB", "2GiB", "1TiB", "100GB", "1.5GiB", "4kB", "15PiB"],
    );
    refuses(
        "bytes",
        &[
            ("2G", "could mean 2GiB (powers of two) or 2GB (powers of ten)"),
            ("2g", "2GiB"),
            ("512mb", "could mean 512MiB"),
            ("2gib", "write 2GiB"),
            ("64k", "64KiB (powers of two) or 64kB"),
            ("512", "write 512MiB, or 512B"),
            ("", "not a size"),
            ("-1GiB", "not a size"),
            ("1 GiB", "no unit of size"),
            ("lots", "not a size"),
            ("1.0000000001KiB", "whole number of bytes"),
            ("0.1KiB", "whole number of bytes"),
            ("1..5GiB", "whole number of bytes"),
            ("99999999PiB", "16EiB"),
            ("99999999999999999999999999999999999999999999GiB", "16EiB"),
        ],
    );
    let bytes: Bytes = "1.5GiB".parse().expect("a size");
    assert_eq!((bytes.get(), bytes.to_string().as_str()), (1_610_612_736, "1536MiB"));
    assert_eq!("4kB".parse::<Bytes>().map(|b| b.to_string()), Ok("4kB".into()));
}

#[test]
fn durations() {
    takes(
        "duration",
        &["0s", "500ms", "30s", "5m", "24h", "90d", "2w", "1h30m", "365d"],
    );
    refuses(
        "duration",
        &[
            ("30", "write 30s for seconds or 30m for minutes"),
            ("1M", "1m for minutes, or months in days as 30d"),
            ("1y", "365d"),
            ("5 m", "no unit of time"),
            ("5min", "no unit of time"),
            ("", "not a length of time"),
            ("m", "not a length of time"),
            ("-5m", "not a length of time"),
            ("30m1h", "largest first"),
            ("1h1h", "largest first"),
            ("99999999999999999999d", "too long"),
            ("9999999999d", "too long"),
        ],
    );
    let text = |spelling: &str| spelling.parse::<Duration>().expect("a length of time").to_string();
    assert_eq!(
        ["90s", "60s", "7d", "0ms", "1h30m"].map(text),
        ["90s", "1m", "7d", "0s", "90m"]
    );
    assert_eq!("500ms".parse::<Duration>().map(Duration::as_secs), Ok(1));
}

#[test]
fn rates_and_shares() {
    takes("rate", &["10r/s", "5r/m"]);
    refuses(
        "rate",
        &[
            ("10", "10r/s"),
            ("0r/s", "lets nothing pass"),
            ("600r/h", "10r/m"),
            ("+5r/s", "not a rate"),
            ("10R/s", "not a rate"),
        ],
    );
    takes("percent", &["0%", "80%", "2.5%", "100%"]);
    refuses(
        "percent",
        &[
            ("80", "80%"),
            ("101%", "between 0% and 100%"),
            ("-1%", "between"),
            ("1.234%", "two decimals"),
        ],
    );
    assert_eq!("2.50%".parse::<Percent>().map(|p| p.to_string()), Ok("2.5%".into()));
}

#[test]
fn schedules() {
    takes(
        "schedule",
        &[
            "0 2 * * *",
            "15 4 * * 0",
            "*/5 * * * *",
            "0 5 * * mon-fri",
            "0 0 1,15 jan,jul *",
            "0 0 31 2 mon",
            "0 4 * * 7",
            "0 0 29 2 *",
        ],
    );
    refuses(
        "schedule",
        &[
            ("@daily", "does not say at what time"),
            ("0 2 * *", "has 4 fields"),
            ("0 2 * * * *", "has 6 fields"),
            ("60 2 * * *", "`60` is not valid as the minute"),
            ("0 24 * * *", "as the hour"),
            ("0 2 0 * *", "as the day of month"),
            ("0 2 * 13 *", "as the month"),
            ("0 2 * * 8", "as the day of week"),
            ("0 2 L * *", "`L` cannot stand in the day of month"),
            ("0 2 * * 5#2", "`#` cannot stand in the day of week"),
            ("0 2 * * friday", "`friday` is no day of week"),
            ("0 2 30 2 *", "never run"),
            ("0 2 31 4,6 *", "never run"),
            ("0 2 * * *\n* * * * * root rm", "line break"),
            ("0 2 * * %", "`%` cannot stand"),
            ("", "0 fields"),
        ],
    );
}

#[test]
fn numbers() {
    let cpus = |json: &str| {
        serde_json::from_str::<CpuCount>(json)
            .map(|cpus| cpus.to_string())
            .map_err(|e| e.to_string())
    };
    assert_eq!(cpus("0.5"), Ok("0.5".into()));
    assert_eq!(cpus("4"), Ok("4".into()));
    for wrong in ["0", "-1", "0.0001", "1e9", "0.12345"] {
        assert!(
            cpus(wrong).is_err_and(|message| message.contains("not a number of processors")),
            "{wrong}"
        );
    }
    let ports = |json: &str| {
        serde_json::from_str::<PortRange>(json)
            .map(|ports| ports.to_string())
            .map_err(|e| e.to_string())
    };
    assert_eq!(ports("993"), Ok("993".into()));
    assert_eq!(ports("\"49160-49200\""), Ok("49160-49200".into()));
    for (wrong, words) in [
        ("0", "not a port"),
        ("70000", "not a port"),
        ("\"5-4\"", "write 4-5"),
        ("\"1-\"", "not a port"),
        ("-1", "not a port"),
    ] {
        assert!(ports(wrong).is_err_and(|message| message.contains(words)), "{wrong}");
    }
    assert!(serde_json::from_str::<Port>("0").is_err());
}
