//! Certificates, by who issues them.

use crate::site::{Certificate, Issuer, Site};

/// Those that Let's Encrypt issues, and browsers know: not those of its staging authority.
pub(super) fn of_letsencrypt(site: &Site) -> impl Iterator<Item = &Certificate> {
    let all = site.hosts.iter().flat_map(|host| &host.certificates);
    all.filter(
        |known| matches!(&known.issuer, Issuer::Acme { directory, .. } if directory.contains("api.letsencrypt.org/")),
    )
}
