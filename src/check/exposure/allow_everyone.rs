//! Lists of networks with the whole world among them.

use ipnet::IpNet;

use crate::check::Rule;
use crate::check::once::once;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "allow-everyone",
    document: include_str!("allow_everyone.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut tell = |nets: &[IpNet], origin: Pointer, list: &str| {
        found.extend(whole(nets).map(|net| finding(net, &origin, list)));
    };
    for (_, location) in locations(site) {
        tell(&location.allow, location.origin.child("allow"), "allow");
    }
    for host in &site.hosts {
        for opening in &host.openings {
            tell(&opening.from, opening.origin.child("from"), "from");
        }
    }
    once(found)
}

/// The network of all addresses, where others of its family stand beside it.
fn whole(nets: &[IpNet]) -> Option<&IpNet> {
    let family = |net: &IpNet| matches!(net, IpNet::V4(_));
    let all = nets.iter().find(|net| net.prefix_len() == 0)?;
    let others = |net: &&IpNet| net.prefix_len() > 0 && family(net) == family(all);
    nets.iter().find(others).map(|_| all)
}

fn finding(net: &IpNet, origin: &Pointer, list: &str) -> Diagnostic {
    Diagnostic::warning(RULE.code, format!("`{list}` names some networks, and the whole world"))
        .at(origin, format!("{net} is every address"))
        .why("It looks as if only some could come, and everybody can: most often it was opened for a moment and left so.")
        .help(format!("remove {net}, or the whole list if everybody may come"))
}
