//! Aliases with records of their own.

use super::written;
use crate::check::Rule;
use crate::check::zone::zones;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "cname-not-alone",
    document: include_str!("cname_not_alone.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for zone in zones(site) {
        for alias in written(zone).filter(|record| record.kind == "CNAME") {
            let mut others = zone
                .records
                .iter()
                .filter(|record| record.name == alias.name && record.kind != "CNAME");
            let Some(other) = others.next() else { continue };
            let name = zone.whole(&alias.name);
            let finding = Diagnostic::error(RULE.code, format!("`{name}` is an alias and has other records"))
                .at(&alias.origin, "a CNAME stands alone at its name")
                .at(&other.origin, format!("and this puts {} there as well", article(&other.kind)))
                .why("A resolver that has seen the CNAME asks the other name for everything: which records it finds depends on what it asked first.");
            let help = if alias.name == "@" {
                "write addresses, `A` and `AAAA`: a zone itself cannot be an alias, since it has its name servers"
            } else {
                "write addresses instead of the CNAME, or move the other records to the name that it leads to"
            };
            found.push(finding.help(help));
        }
    }
    found
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['A', 'M', 'N', 'S']);
    format!("{} {kind} record", if vowel { "an" } else { "a" })
}
