//! Free text, and what no unit may ever take.

use super::{refuses, takes};
use crate::manifest::values::*;
use proptest::prelude::*;

#[test]
fn texts() {
    takes(
        "text",
        &[
            "",
            "one line",
            "été",
            "`quoted` \"text\" $x {{not a secret}}",
            "a\u{a0}b",
        ],
    );
    refuses(
        "text",
        &[
            ("a\nb", "line break"),
            ("a\tb", "U+0009"),
            ("a\u{2028}b", "U+2028"),
            ("a\u{202e}b", "U+202E"),
            ("x {{secret:a:raw}}", "reserved"),
            ("a\u{7f}", "U+007F"),
        ],
    );
    takes("multi-text", &["a\n\tb\n"]);
    refuses("multi-text", &[("a\rb", "U+000D"), ("{{secret:a}}", "reserved")]);
    takes("email", &["ops@acme.example", "o.p+s@acme.example"]);
    refuses(
        "email",
        &[
            ("ops", "name@domain"),
            ("a b@acme.example", "name@domain"),
            ("-x@acme.example", "name@domain"),
            ("a@b@c.example", "name@domain"),
            ("a@-", "dash"),
        ],
    );
    takes(
        "time-zone",
        &["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+3"],
    );
    refuses(
        "time-zone",
        &[
            ("Europe/", "not the name of a time zone"),
            ("/etc/passwd", "not the name"),
            ("+02:00", "not the name"),
        ],
    );
    takes("time-of-day", &["04:00", "23:59"]);
    refuses(
        "time-of-day",
        &[("4:00", "04:00"), ("24:00", "04:00"), ("04:60", "04:00")],
    );
    refuses(
        "ssh-key",
        &[
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
            ("AAAAC3NzaC1lZDI1NTE5AAAA", "begins with its type"),
            ("command=\"x\" ssh-ed25519 AAAA", "options before it"),
            ("ssh-dss AAAAB3NzaC1kc3MAAACBAJ0000000000000000000000000000", "DSA"),
            ("ssh-ed25519 AAAA", "not a public key"),
            (
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj\nssh-rsa x",
                "line break",
            ),
        ],
    );
    takes(
        "setting-name",
        &["max_connections", "maxmemory-policy", "pg_stat_statements.track"],
    );
    refuses(
        "setting-name",
        &[
            ("a b", "not the name of a setting"),
            ("a=b", "not the name"),
            ("", "not the name"),
            ("-x", "not the name"),
        ],
    );
}

proptest! {
    /// Whatever a unit takes stands on one line, holds no placeholder, and is what its pattern shows to editors.
    #[test]
    fn nothing_leaves_its_line(text in "\\PC*|[a-z0-9./:@* -]{0,24}|[\\x00-\\x7f]{0,12}") {
        for (unit, check) in units().iter().filter(|(unit, _)| *unit != "multi-text") {
            if check(&text).is_ok() {
                prop_assert!(!text.contains(['\n', '\r', '\0', '\u{2028}']), "{unit}: {text:?}");
                prop_assert!(!text.contains("{{secret:"), "{unit}: {text:?}");
            }
        }
    }

    #[test]
    fn sizes_print_as_they_are_read(bytes in any::<u64>()) {
        let printed = Bytes::new(bytes).to_string();
        prop_assert_eq!(printed.parse(), Ok(Bytes::new(bytes)));
    }

    #[test]
    fn times_print_as_they_are_read(seconds in 0u64..31_536_000_000) {
        let duration = Duration::seconds(seconds);
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
    }
}
