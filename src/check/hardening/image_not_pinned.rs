//! Images that are something else tomorrow.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "image-not-pinned",
    document: include_str!("image_not_pinned.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let images = site
        .services
        .iter()
        .filter_map(|service| Some((service, service.image.as_deref()?)));
    images
        .filter(|(_, image)| !is_pinned(image))
        .map(|(service, image)| {
            Diagnostic::warning(RULE.code, format!("`{image}` does not say which version"))
                .at(service.origin.child("image"), "another image tomorrow")
                .why("A restart on another day, or on another host, runs a version that nobody tried; and there is nothing to roll back to.")
                .help(format!("name a version, as in `image: {}:1.4.0`, or a digest", image.trim_end_matches(":latest")))
        })
        .collect()
}

fn is_pinned(image: &str) -> bool {
    // A colon before a slash belongs to the registry's port.
    let name = image.rsplit('/').next().unwrap_or(image);
    image.contains('@') || name.split_once(':').is_some_and(|(_, tag)| tag != "latest")
}

#[cfg(test)]
mod tests {
    use super::is_pinned;

    #[test]
    fn a_port_is_no_tag() {
        let digest = format!("ghcr.io/acme/api@sha256:{}", "a".repeat(64));
        for image in ["redis:7", "localhost:5000/acme/api:1", &digest] {
            assert!(is_pinned(image), "{image}");
        }
        for image in ["redis", "redis:latest", "localhost:5000/acme/api"] {
            assert!(!is_pinned(image), "{image}");
        }
    }
}
