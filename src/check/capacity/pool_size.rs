//! Pools that are larger than the manifest says.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Link, Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "pool-size",
    document: include_str!("pool_size.md"),
    find,
};

/// What is reckoned with where `uses` names no pool.
const DEFAULT: u32 = 10;

fn find(site: &Site) -> Vec<Diagnostic> {
    site.services.iter().flat_map(|service| larger(site, service)).collect()
}

fn larger(site: &Site, service: &Service) -> Vec<Diagnostic> {
    let links: Vec<&Link> = site
        .links
        .iter()
        .filter(|link| link.from == service.name && link.protocol == "postgres")
        .collect();
    // Of two databases nobody could say which one a variable is about.
    let [link] = links.as_slice() else { return Vec::new() };
    let is_ours = |name: &str| {
        site.services
            .iter()
            .any(|other| other.name == name && other.configuration.is_some())
    };
    if !is_ours(&link.to) {
        return Vec::new();
    }
    let reckoned = link.pool.unwrap_or(DEFAULT);
    service
        .variables
        .iter()
        .filter(|variable| is_pool(&variable.name))
        .filter_map(|variable| {
            let pool: u32 = variable.value.as_literal()?.parse().ok()?;
            let title = format!(
                "`{}` opens up to {pool} connections, and {reckoned} are reckoned with",
                service.name
            );
            (pool > reckoned && pool <= 10_000).then(|| {
                Diagnostic::warning(RULE.code, title)
                    .at(&variable.origin, format!("a pool of {pool}"))
                    .at_key(&link.origin, format!("reckoned with {reckoned} for each instance"))
                    .why(format!("What `{}` allows follows from `pool`: connections beyond are refused when the site is busiest.", link.to))
                    .help(format!("write `uses: {{{}: {{pool: {pool}}}}}`", link.to))
            })
        })
        .collect()
}

/// Whether a variable says how many connections to a database are kept open.
fn is_pool(name: &str) -> bool {
    let upper = name.to_uppercase();
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    let database = |word: &str| {
        matches!(
            word,
            "DB" | "DATABASE" | "PG" | "POSTGRES" | "POSTGRESQL" | "SQLALCHEMY" | "PRISMA"
        )
    };
    let [first, rest @ ..] = words.as_slice() else {
        return false;
    };
    database(first)
        && matches!(
            rest,
            ["POOL"]
                | ["POOL", "SIZE" | "MAX"]
                | ["POOL", "MAX", "SIZE"]
                | ["MAX", "POOL"]
                | ["MAX", "POOL", "SIZE"]
                | ["CONNECTION", "LIMIT"]
                | ["MAX", "CONNECTIONS"]
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pools() {
        for name in ["DB_POOL", "DATABASE_POOL_SIZE", "PG_POOL_MAX", "DB_MAX_CONNECTIONS"] {
            assert!(is_pool(name), "{name}");
        }
        for name in [
            "POOL",
            "DB_POOL_TIMEOUT",
            "WORKER_POOL_SIZE",
            "DB_POOL_MIN",
            "REDIS_POOL_SIZE",
        ] {
            assert!(!is_pool(name), "{name}");
        }
    }
}
