//! Digests of texts, as `plan.tsv` and the index write them.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Hexadecimal SHA-256.
pub(crate) fn sha256(text: impl AsRef<[u8]>) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a string");
            hex
        })
}
