//! `users.acl`: who may do what. It holds digests of the passwords.

use serde::Serialize;

use super::secret;
use crate::kind::Placed;
use crate::manifest::services::Redis;
use crate::render::{Language, Rendered, render};
use crate::site::{Encoding, Pointer, placeholder, previous};

#[derive(Serialize)]
struct View {
    origin: Pointer,
    commands_origin: Pointer,
    app: String,
    backup: String,
    /// Nothing is said of channels to servers before 6.2, which have no rules for them.
    channels: bool,
    allowed: Vec<&'static str>,
    disabled: Vec<String>,
    /// Digests of the passwords of those who copy, and of those who watch.
    replica: Option<String>,
    sentinel: Option<String>,
}

/// What an application may use of the commands that count as dangerous: clients ask how the server is before they begin,
/// and all keys are the application's own.
const ALLOWED: [&str; 3] = ["+info", "+sort", "+flushdb"];

/// `is_watched`: Sentinels and copies log in as well.
pub(super) fn write(redis: &Redis, service: &Placed, major: u32, is_watched: bool) -> Rendered {
    let password = |user: &str| passwords(&service.name, user);
    let of_version: &[&str] = if major >= 7 {
        &["+sort_ro"]
    } else {
        &["+client|setname", "+client|getname", "+client|id"]
    };
    let disabled = redis.disable_commands.iter().map(|command| {
        let command = command.to_string().to_ascii_lowercase();
        // Servers before 7 take a command away with all of its subcommands or not at all.
        command
            .split('|')
            .next()
            .filter(|_| major < 7)
            .map_or_else(|| command.clone(), str::to_owned)
    });
    let view = View {
        origin: service.origin.clone(),
        commands_origin: service.origin.child("disable_commands"),
        app: password("app"),
        backup: password("backup"),
        channels: major >= 7,
        allowed: ALLOWED.iter().chain(of_version).copied().collect(),
        disabled: disabled.collect(),
        replica: is_watched.then(|| password("replica")),
        sentinel: is_watched.then(|| password("sentinel")),
    };
    render(Language::Redis, "redis/users.acl", include_str!("users.acl.hbs"), &view)
}

/// Digests of a user's password and of the one before: the server reads its rules anew while it runs, so both are valid while
/// clients go from one to the other.
pub(super) fn passwords(service: &str, user: &str) -> String {
    let secret = secret(service, user);
    let digest = |secret: &str| format!("#{}", placeholder(secret, Encoding::Sha256));
    format!("{} {}", digest(&secret), digest(&previous(&secret)))
}
