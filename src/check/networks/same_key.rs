//! One public key for two members.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "same-key",
    document: include_str!("same_key.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for tunnel in site.hosts.iter().flat_map(|host| &host.tunnels) {
        let own = tunnel.key.rsplit('.').next().unwrap_or_default();
        let mut members = vec![(own, &tunnel.public_key)];
        members.extend(tunnel.peers.iter().map(|peer| (peer.name.as_str(), &peer.public_key)));
        // Each host knows all members; in one order they give one finding.
        members.retain(|(_, key)| key.is_some());
        members.sort();
        for (index, (name, key)) in members.iter().enumerate() {
            if let Some((first, _)) = members[..index].iter().find(|(_, other)| other == key) {
                found.push(finding(&tunnel.origin, first, name));
            }
        }
    }
    once(found)
}

fn finding(origin: &crate::site::Pointer, first: &str, second: &str) -> Diagnostic {
    Diagnostic::error(RULE.code, format!("`{first}` and `{second}` have the same public key"))
        .at_key(origin, "both are in this network")
        .why("WireGuard knows a peer by its key: of two with one key it keeps the last, and the other gets nothing.")
        .help("write the key of each; `wg show` or `install.sh --public-keys` prints it")
}
