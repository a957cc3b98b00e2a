//! Names: of what the manifest declares, and of what other programs know by a name.

use super::text::{not_empty, single_line};
use super::unit::checked_text;
use crate::diag::suggest;
use crate::manifest::services::Kind;

checked_text! {
    /// A name: lower-case letters, digits and dashes, beginning with a letter, 31 characters at most.
    Name: "name", Some("^[a-z][a-z0-9-]{0,30}$"), ["api", "all-in-one"], |text| {
        check(text, "a name", 31, "-").and_then(|()| no_dash_at_end(text))
    }
}

checked_text! {
    /// The name of a secret, or of one key of it: lower-case letters, digits, `_` and `-`.
    SecretName: "secret-name", Some("^[a-z][a-z0-9_-]{0,63}$"), ["session_key", "access_key_id"], |text| {
        check(text, "a secret's name", 64, "_-")
    }
}

checked_text! {
    /// A secret by its name; where it has several keys, the key stands behind a dot.
    SecretPath: "secret-path", Some(r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)?$"), ["session_key", "s3.access_key_id"], check_secret_path
}

checked_text! {
    /// A name in SQL: lower-case letters, digits, `_` and `-`, 63 characters at most.
    SqlName: "sql-name", Some("^[a-z_][a-z0-9_-]{0,62}$"), ["acme", "psa_platform"], check_sql_name
}

checked_text! {
    /// Databases by name, where `*` stands for any characters.
    SqlPattern: "sql-pattern", Some(r"^[a-z_*][a-z0-9_*-]{0,62}$"), ["acme", "acme_*"], check_sql_pattern
}

checked_text! {
    /// A command of Redis, a subcommand of one, or a category as Redis' ACL rules name them.
    RedisCommand: "redis-command", Some(r"^@?[A-Za-z][A-Za-z0-9._|-]*$"), ["FLUSHALL", "CONFIG|SET", "@dangerous"], check_redis_command
}

checked_text! {
    /// The name of an environment variable.
    EnvName: "env-name", Some("^[A-Za-z_][A-Za-z0-9_]*$"), ["NODE_ENV"], check_env_name
}

checked_text! {
    /// The name of an HTTP header.
    HeaderName: "header-name", Some("^[A-Za-z][A-Za-z0-9-]*$"), ["X-Robots-Tag"], check_header_name
}

checked_text! {
    /// The name of a user of the operating system.
    UserName: "user-name", Some("^[a-z_][a-z0-9_-]{0,31}$"), ["acme-api"], |text| check(text, "a user's name", 32, "_-")
}

checked_text! {
    /// The name of a branch in git.
    BranchName: "branch", Some("^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$"), ["main", "release/2026"], check_branch
}

checked_text! {
    /// The name of a Debian package.
    DebianPackage: "debian-package", Some("^[a-z0-9][a-z0-9.+-]+$"), ["imagemagick"], check_package
}

checked_text! {
    /// What answers: a service, one of its processes, or one of its data directories, parted by dots.
    Target: "target", Some(r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*){0,2}$"), ["web", "shop.web", "shop.data.media"], check_target
}

checked_text! {
    /// Which services a default is laid under: `all`, `runtime.NAME` or `kind.NAME`.
    DefaultsKey: "defaults-key", Some(r"^(all|(runtime|kind)\.[a-z][a-z0-9-]*)$"), ["all", "runtime.container", "kind.postgres"], check_defaults_key
}

checked_text! {
    /// The name of a rule, as `sitewright explain` knows it.
    RuleName: "rule-name", Some("^[a-z][a-z0-9-]+$"), ["docker-socket"], |text| check(text, "a rule's name", 64, "-")
}

checked_text! {
    /// A place in the manifest: its keys, parted by dots.
    Place: "place", Some(r"^[^\s.]+(\.[^\s.]+)*$|^@$"), ["services.hub"], check_place
}

impl Target {
    /// The service's name, and what stands behind it.
    pub fn parts(&self) -> (&str, Option<&str>) {
        self.as_str()
            .split_once('.')
            .map_or((self.as_str(), None), |(service, part)| (service, Some(part)))
    }
}

impl SecretPath {
    /// The secret as declared, and the key of it.
    pub fn parts(&self) -> (&str, Option<&str>) {
        self.as_str()
            .split_once('.')
            .map_or((self.as_str(), None), |(name, key)| (name, Some(key)))
    }
}

impl SqlPattern {
    /// Whether a database's name fits.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.as_str().split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else {
            return rest.is_empty();
        };
        for part in parts {
            match rest.split_once(part) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

fn check_branch(text: &str) -> Result<(), String> {
    not_empty(text, "a branch")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let is_odd = text.contains("..") || text.contains("//") || text.contains("/.") || text.ends_with(['/', '.']);
    if text.len() > 100 || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.chars().all(fits) || is_odd {
        return Err(format!(
            "`{text}` is no name of a branch: letters, digits, `.`, `_`, `-` and `/` between them"
        ));
    }
    Ok(())
}

/// Lower-case letters, digits and `also`, beginning with a letter (or `_` where that is among them).
fn check(text: &str, what: &str, longest: usize, also: &str) -> Result<(), String> {
    not_empty(text, what)?;
    if text.contains(|c: char| c.is_ascii_uppercase()) {
        let lower = text.to_ascii_lowercase();
        let fitting = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c);
        let fitted = lower.replace(|c| !fitting(c), also.get(..1).unwrap_or_default());
        return Err(format!("`{text}` has capitals: write `{fitted}`"));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c);
    if let Some(c) = text.chars().find(|c| !plain(*c)) {
        let shown = c.escape_debug();
        return Err(format!(
            "`{shown}` cannot stand in {what}: use lower-case letters, digits and {}",
            spelled(also)
        ));
    }
    if !text.starts_with(|c: char| c.is_ascii_lowercase() || (c == '_' && also.contains('_'))) {
        return Err(format!(
            "`{text}` does not begin with a letter, as {what} does: put one in front"
        ));
    }
    if text.len() > longest {
        return Err(format!(
            "`{text}` is longer than the {longest} characters that {what} may have: shorten it"
        ));
    }
    Ok(())
}

fn spelled(also: &str) -> String {
    let each: Vec<String> = also.chars().map(|c| format!("`{c}`")).collect();
    each.join(", ")
}

fn no_dash_at_end(text: &str) -> Result<(), String> {
    if text.ends_with('-') || text.contains("--") {
        return Err(format!(
            "`{text}` ends with a dash or has two in a row: it could not stand in a host name"
        ));
    }
    Ok(())
}

fn check_secret_path(text: &str) -> Result<(), String> {
    let (name, key) = text
        .split_once('.')
        .map_or((text, None), |(name, key)| (name, Some(key)));
    check(name, "a secret's name", 64, "_-")?;
    key.map_or(Ok(()), |key| check(key, "the key of a secret", 64, "_-"))
}

fn check_sql_name(text: &str) -> Result<(), String> {
    check(text, "a name in SQL", 63, "_-")?;
    if text.starts_with("pg_") {
        return Err(format!("`{text}`: names that begin with `pg_` belong to PostgreSQL"));
    }
    Ok(())
}

fn check_sql_pattern(text: &str) -> Result<(), String> {
    let plain = text.replace('*', "a");
    check(&plain, "a name in SQL", 63, "_-")
}

fn check_redis_command(text: &str) -> Result<(), String> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "._|-".contains(c);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(plain) {
        return Err(format!(
            "`{}` is not a command of Redis: write it as FLUSHALL or CONFIG|SET",
            text.escape_debug()
        ));
    }
    Ok(())
}

fn check_env_name(text: &str) -> Result<(), String> {
    not_empty(text, "an environment variable's name")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.starts_with(|c: char| c.is_ascii_digit()) || !text.chars().all(plain) {
        return Err(format!(
            "`{}` is not the name of an environment variable: use letters, digits and `_`, no digit first",
            text.escape_debug()
        ));
    }
    Ok(())
}

fn check_header_name(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !text.chars().all(plain) {
        return Err(format!(
            "`{}` is not a header's name: write it with dashes, as in X-Robots-Tag",
            text.escape_debug()
        ));
    }
    Ok(())
}

fn check_package(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".+-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if text.len() < 2 || !begins || !text.chars().all(plain) {
        return Err(format!("`{}` is not the name of a Debian package", text.escape_debug()));
    }
    Ok(())
}

fn check_target(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 3 {
        return Err(format!(
            "`{text}` has too many parts: write service, service.process or service.data.name"
        ));
    }
    parts.iter().try_for_each(|part| check(part, "a name", 31, "-"))
}

const RUNTIMES: [&str; 5] = ["container", "native", "php-fpm", "pm2", "systemd"];

fn check_defaults_key(text: &str) -> Result<(), String> {
    match text.split_once('.') {
        None if text == "all" => Ok(()),
        Some(("runtime", name)) if RUNTIMES.contains(&name) => Ok(()),
        Some(("runtime", name)) => Err(format!("`{name}` is no runtime: write one of {}", RUNTIMES.join(", "))),
        Some(("kind", name)) if Kind::ALL.iter().any(|kind| kind.as_str() == name) => Ok(()),
        Some(("kind", name)) => {
            let near = suggest(name, Kind::ALL.iter().map(|kind| kind.as_str()));
            let near = near.unwrap_or("app");
            Err(format!("`{name}` is no kind of service: did you mean `kind.{near}`?"))
        }
        _ => Err(format!(
            "`{text}` says of no services that they share a default: write all, runtime.NAME or kind.NAME"
        )),
    }
}

fn check_place(text: &str) -> Result<(), String> {
    single_line(text)?;
    if text.is_empty() || text.contains(char::is_whitespace) || text.split('.').any(str::is_empty) {
        return Err(format!(
            "`{text}` is not a place in the manifest: write its keys with dots, as in services.api"
        ));
    }
    Ok(())
}
