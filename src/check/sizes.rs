//! Sizes and counts: as PostgreSQL reads them in its settings, and as findings show them.

use crate::site::{Configuration, Setting};

pub(super) const KIB: u64 = 1 << 10;
pub(super) const MIB: u64 = 1 << 20;
/// What PostgreSQL counts shared memory in.
pub(super) const BLOCK: u64 = 8 * KIB;

/// In whole GiB, or else MiB.
pub(super) fn size(bytes: u64) -> String {
    let mib = bytes.div_ceil(MIB);
    if mib.is_multiple_of(1024) {
        format!("{}GiB", mib / 1024)
    } else {
        format!("{mib}MiB")
    }
}

/// A setting of PostgreSQL in bytes; a number without a unit counts in the setting's own, `base`.
pub(super) fn setting<'a>(configuration: &'a Configuration, name: &str, base: u64) -> Option<(u64, &'a Setting)> {
    let setting = configuration.setting(name)?;
    Some((postgres(&setting.value, base)?, setting))
}

/// A number, as `max_connections` is.
pub(super) fn number<'a>(configuration: &'a Configuration, name: &str) -> Option<(u64, &'a Setting)> {
    let setting = configuration.setting(name)?;
    Some((setting.value.parse().ok()?, setting))
}

/// PostgreSQL's spelling: units are powers of two, and of one case only.
pub(super) fn postgres(text: &str, base: u64) -> Option<u64> {
    let (number, unit) = parts(text)?;
    let factor = match unit {
        "" => base,
        "B" => 1,
        "kB" => KIB,
        "MB" => MIB,
        "GB" => MIB * KIB,
        "TB" => MIB * MIB,
        _ => return None,
    };
    scaled(number, factor)
}

/// A number and what stands behind it.
pub(super) fn parts(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

/// Sizes below a million of TiB, which a float holds to the byte that matters.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a size is positive, and checked to be small"
)]
pub(super) fn scaled(number: f64, factor: u64) -> Option<u64> {
    let bytes = number * factor as f64;
    (bytes < 1e18).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_postgres() {
        assert_eq!(postgres("512MB", BLOCK), Some(512 * MIB));
        assert_eq!(postgres("16384", BLOCK), Some(128 * MIB));
        assert_eq!(postgres("1.5 GB", KIB), Some(1536 * MIB));
        assert_eq!(postgres("512MiB", KIB), None);
        assert_eq!(postgres("-1", KIB), None);
        assert_eq!(size(1536 * MIB), "1536MiB");
        assert_eq!(size(2048 * MIB), "2GiB");
    }
}
