//! What the nginx and OpenSSL of each operating system can do.

use crate::site::Os;

/// The traps between nginx 1.18 and 1.26.
pub(super) struct Features {
    /// `http2 on;`, since 1.25.1; the older spelling on `listen` is a warning from there on.
    pub(super) http2_directive: bool,
    /// `ssl_reject_handshake`, since 1.19.4.
    pub(super) reject_handshake: bool,
    /// `keepalive_time`, since 1.19.10.
    pub(super) keepalive_time: bool,
    /// Keys of session tickets never change before 1.23.2.
    pub(super) tickets_off: bool,
    /// The hybrid post-quantum group is OpenSSL 3.5's; older ones refuse the whole list for it, or for the `?`.
    pub(super) curves: &'static str,
    /// Media types that its `mime.types` lacks, with their file name extension. Naming one twice is a warning.
    pub(super) types: &'static [(&'static str, &'static str)],
}

const CURVES: &str = "X25519:prime256v1:secp384r1";
const TYPES: &[(&str, &str)] = &[("application/manifest+json", "webmanifest"), ("text/javascript", "mjs")];

/// What the distribution's own package can do.
pub(super) fn features(os: Os) -> Features {
    match os {
        // nginx 1.26, OpenSSL 3.5
        Os::Debian13 => Features {
            http2_directive: true,
            reject_handshake: true,
            keepalive_time: true,
            tickets_off: false,
            curves: "?X25519MLKEM768:X25519:prime256v1:secp384r1",
            types: TYPES,
        },
        // nginx 1.22 and 1.24, OpenSSL 3.0
        Os::Debian12 | Os::Ubuntu2404 => Features {
            http2_directive: false,
            reject_handshake: true,
            keepalive_time: true,
            tickets_off: !matches!(os, Os::Ubuntu2404),
            curves: CURVES,
            types: TYPES,
        },
        // nginx 1.18, OpenSSL 3.0
        Os::Ubuntu2204 => Features {
            http2_directive: false,
            reject_handshake: false,
            keepalive_time: false,
            tickets_off: true,
            curves: CURVES,
            types: &[
                ("application/manifest+json", "webmanifest"),
                ("application/wasm", "wasm"),
                ("image/avif", "avif"),
                ("text/javascript", "mjs"),
            ],
        },
    }
}
