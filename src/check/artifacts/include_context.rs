//! Files with which nginx does not start.

use globset::Glob;

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "include-context",
    document: include_str!("include_context.md"),
    find,
};

/// Directives that nginx knows, but not in `http {}`.
const NOT_IN_HTTP: [&str; 24] = [
    "alias",
    "break",
    "daemon",
    "events",
    "fastcgi_pass",
    "grpc_pass",
    "http",
    "if",
    "internal",
    "limit_except",
    "listen",
    "load_module",
    "location",
    "mail",
    "proxy_pass",
    "return",
    "rewrite",
    "server_name",
    "set",
    "try_files",
    "user",
    "uwsgi_pass",
    "worker_connections",
    "worker_processes",
];
/// Directives that nginx knows nowhere but in `http {}`.
const ONLY_IN_HTTP: [&str; 10] = [
    "fastcgi_cache_path",
    "geo",
    "limit_conn_zone",
    "limit_req_zone",
    "log_format",
    "map",
    "proxy_cache_path",
    "split_clients",
    "upstream",
    "uwsgi_cache_path",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    once(site.hosts.iter().flat_map(|host| {
        let patterns = host.ingress.iter().flat_map(|ingress| {
            let origin = ingress.origin.child("include");
            let numbered = ingress.include.iter().enumerate();
            numbered.map(move |(index, pattern)| (origin.index(index), pattern))
        });
        patterns.flat_map(|(origin, pattern)| {
            let matcher = Glob::new(pattern).map(|glob| glob.compile_matcher());
            let included = move |path: &str| matcher.as_ref().is_ok_and(|matcher| matcher.is_match(path));
            let files = host.files.iter().filter(|file| file.verbatim);
            files.filter(move |file| included(&file.path)).filter_map(move |file| {
                let (name, around) = misplaced(&file.content)?;
                let (place, help) = match around {
                    None => (
                        "http",
                        format!("put `{name}` into a `server {{}}` of its own, or say it under `routes`"),
                    ),
                    Some(_) => (
                        "server",
                        format!("put `{name}` at the top of the file, outside of all braces"),
                    ),
                };
                Some(
                    Diagnostic::error(
                        RULE.code,
                        format!(
                            "nginx does not take `{name}` in `{place} {{}}`, as `{}` has it",
                            file.path
                        ),
                    )
                    .at(file.origins.first()?, format!("`{name}` stands in it"))
                    .at(&origin, "included in `http {}`")
                    .why("nginx refuses its whole configuration for it, and does not come up after a restart.")
                    .help(help),
                )
            })
        })
    }))
}

/// The first directive that stands where nginx does not take it, and the block around it.
fn misplaced(text: &str) -> Option<(String, Option<String>)> {
    let mut blocks: Vec<String> = Vec::new();
    let mut directive: Vec<String> = Vec::new();
    for token in tokens(text) {
        match token.as_str() {
            "}" => {
                blocks.pop();
                directive.clear();
            }
            ";" => directive.clear(),
            "{" => {
                blocks.push(directive.first().cloned().unwrap_or_default());
                directive.clear();
            }
            _ => {
                if directive.is_empty() {
                    let around = blocks.last().map(String::as_str);
                    let wrong = match around {
                        None => NOT_IN_HTTP.contains(&token.as_str()),
                        Some("server" | "location") => ONLY_IN_HTTP.contains(&token.as_str()),
                        // Lines of a map or a group of servers are no directives.
                        Some(_) => false,
                    };
                    if wrong {
                        return Some((token, around.map(str::to_owned)));
                    }
                }
                directive.push(token);
            }
        }
    }
    None
}

/// Words, braces and semicolons; comments are left out, and what is quoted is one word.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let begins = word.is_empty();
        match c {
            '#' if begins => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' | '\'' if begins => {
                word.push(c);
                while let Some(inner) = chars.next().filter(|inner| *inner != c) {
                    word.push(inner);
                    if inner == '\\' {
                        word.extend(chars.next());
                    }
                }
            }
            '\\' => {
                word.push(c);
                word.extend(chars.next());
            }
            // `${name}` is a variable.
            '{' if word.ends_with('$') => {
                word.push(c);
                word.extend(std::iter::from_fn(|| chars.next_if(|c| *c != '}')));
                word.extend(chars.next());
            }
            c if c.is_whitespace() || matches!(c, '{' | '}' | ';') => {
                if !word.is_empty() {
                    tokens.push(std::mem::take(&mut word));
                }
                if !c.is_whitespace() {
                    tokens.push(c.to_string());
                }
            }
            c => word.push(c),
        }
    }
    tokens.extend((!word.is_empty()).then_some(word));
    tokens
}

#[cfg(test)]
mod tests {
    use super::misplaced;

    #[test]
    fn by_the_block_around() {
        let name = |text: &str| misplaced(text).map(|(name, _)| name);
        assert_eq!(name("# location\nmap $a $b { default 1; set 2; }\n"), None);
        assert_eq!(name("server { listen 80; location / { return 200 \"a { b\"; } }"), None);
        assert_eq!(
            name("log_format x '{\"a\": \"${host}\"}';\nupstream a { server b; }"),
            None
        );
        assert_eq!(name("gzip on; location / { }").as_deref(), Some("location"));
        assert_eq!(
            name("server { listen 80; limit_req_zone $a zone=b:1m rate=1r/s; }").as_deref(),
            Some("limit_req_zone")
        );
    }
}
