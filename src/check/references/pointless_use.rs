//! `uses` of what gives nothing to use.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Link, Site};

pub(super) const RULE: Rule = Rule {
    code: "pointless-use",
    document: include_str!("pointless_use.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    site.links.iter().filter_map(|link| finding(site, link)).collect()
}

fn finding(site: &Site, link: &Link) -> Option<Diagnostic> {
    let files = site
        .services
        .iter()
        .any(|service| service.name == link.to && service.kind == "static");
    let label = match (link.from == link.to, files) {
        (true, _) => "that is the service itself",
        (_, true) => "these are files, and nothing that could be connected to",
        _ => return None,
    };
    Some(
        Diagnostic::warning(
            RULE.code,
            format!("`{}` gains nothing from `uses: [{}]`", link.from, link.to),
        )
        .at_key(&link.origin, label)
        .why("`uses` opens a way and hands out an address; here there is neither, so something else was meant.")
        .help(format!("take `{}` out of `services.{}.uses`", link.to, link.from)),
    )
}
