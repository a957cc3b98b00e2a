//! Two services that tell a third of themselves by one variable.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Link, Site};

pub(super) const RULE: Rule = Rule {
    code: "same-variable",
    document: include_str!("same_variable.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, link) in site.links.iter().enumerate() {
        let own = site.services.iter().find(|service| service.name == link.from);
        let sets = |name: &String| own.is_some_and(|own| own.variables.iter().any(|variable| variable.name == *name));
        let taken = link.exports.iter().filter(|name| !sets(name)).find_map(|name| {
            let mut before = site.links[..index].iter().filter(|other| other.from == link.from);
            Some((name, before.find(|other| other.exports.contains(name))?))
        });
        found.extend(taken.map(|(name, other)| finding(link, other, name)));
    }
    found
}

fn finding(link: &Link, other: &Link, name: &str) -> Diagnostic {
    Diagnostic::error(
        RULE.code,
        format!(
            "`{}` would be told of `{}` and `{}` by one variable, `{name}`",
            link.from, other.to, link.to
        ),
    )
    .at_key(&link.origin, "this one hands it out too")
    .at_key(&other.origin, "as this one does")
    .why("A process has one value of a variable: it would reach only one of the two.")
    .help(format!(
        "give one of them another name: `uses: {{{}: {{export: {{{}_{name}: url}}}}}}`",
        link.to,
        link.to.to_uppercase().replace('-', "_")
    ))
}
