//! Files with secrets in folders that the web server serves.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Host, LocationAction, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "secret-published",
    document: include_str!("secret_published.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        let roots = roots(host);
        for file in host.files.iter().filter(|file| file.content.contains("{{secret:")) {
            let inside = |root: &str| {
                file.path
                    .strip_prefix(root.trim_end_matches('/'))
                    .is_some_and(|rest| rest.starts_with('/'))
            };
            let Some((root, origin)) = roots.iter().find(|(root, _)| inside(root)) else {
                continue;
            };
            let Some(at) = file.origins.first() else { continue };
            let finding = Diagnostic::error(
                RULE.code,
                format!("the web server gives out `{}`, which holds a secret", file.path),
            )
            .at_key(at, "a secret is written into it")
            .at_key(origin, format!("everything in `{root}` is served"))
            .why("Whoever asks for the file gets the secret.")
            .help("put the file elsewhere, as in `/etc`");
            found.push(finding);
        }
    }
    once(found)
}

/// Folders that are served, each with the path that serves it.
fn roots(host: &Host) -> Vec<(&str, &Pointer)> {
    let ingress = || host.ingress.iter();
    let servers = ingress().flat_map(|ingress| &ingress.servers);
    let locations = servers.flat_map(|server| &server.locations);
    let served = locations.filter_map(|location| match &location.action {
        LocationAction::Files(files) => Some((files.root.as_str(), &location.origin)),
        _ => None,
    });
    let pages = ingress().filter_map(|ingress| Some((ingress.error_pages.as_deref()?, &ingress.origin)));
    served.chain(pages).collect()
}
