//! Names that two routes want.

use crate::check::Rule;
use crate::check::web::servers;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Server, Site};

pub(super) const RULE: Rule = Rule {
    code: "name-taken",
    document: include_str!("name_taken.md"),
    find,
};

/// A name with where it is written, and what a request to it gets.
struct Claim<'a> {
    name: &'a str,
    server: &'a Server,
    origin: Pointer,
    is_key: bool,
    what: &'static str,
}

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut claims: Vec<Claim<'_>> = Vec::new();
    let mut found = Vec::new();
    for claim in servers(site).into_iter().flat_map(|served| claimed(served.server)) {
        // The same name at another address is another server.
        let same = |known: &&Claim<'_>| known.name == claim.name && known.server.listen == claim.server.listen;
        if let Some(known) = claims.iter().find(same) {
            found.push(finding(known, &claim));
        } else {
            claims.push(claim);
        }
    }
    found
}

fn claimed(server: &Server) -> Vec<Claim<'_>> {
    let list = |key: &str, index: usize| server.origin.child(key).index(index);
    let names = server.names.iter().enumerate().map(|(index, name)| Claim {
        name,
        server,
        origin: if index == 0 {
            server.origin.clone()
        } else {
            list("aliases", index - 1)
        },
        is_key: index == 0,
        what: if index == 0 {
            "it is this route"
        } else {
            "it is an alias here"
        },
    });
    let redirects = server.redirects.iter().enumerate().map(|(index, name)| Claim {
        name,
        server,
        origin: list("redirect_from", index),
        is_key: false,
        what: "it is redirected here",
    });
    names.chain(redirects).collect()
}

fn finding(first: &Claim<'_>, second: &Claim<'_>) -> Diagnostic {
    [first, second]
        .into_iter()
        .fold(
            Diagnostic::error(RULE.code, format!("`{}` is taken twice", first.name)),
            |finding, claim| {
                if claim.is_key {
                    finding.at_key(&claim.origin, claim.what)
                } else {
                    finding.at(&claim.origin, claim.what)
                }
            },
        )
        .why("nginx gives all requests for a name to one server, and passes over the other with a warning.")
        .help("leave the name where it belongs, and remove it from the other place")
}
