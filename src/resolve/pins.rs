//! Images by their digests: a tag can be moved, and what was tried is to be what runs.
//!
//! A pin is looked up by `sitewright pin` and kept in the lock, so that compiling needs no network.

use super::lock::Allocator;
use crate::diag::Diagnostic;
use crate::digest::sha256;
use crate::site::{Container, Host};

/// Adds its digest to each image that has a pin.
pub(super) fn pin(hosts: &mut [Host], lock: &Allocator<'_>, found: &mut Vec<Diagnostic>) {
    let mut told: Vec<String> = Vec::new();
    for container in hosts.iter_mut().flat_map(|host| &mut host.containers) {
        if container.image.contains('@') {
            continue;
        }
        if let Some(digest) = lock.pin(&container.image) {
            let image = format!("{}@{digest}", container.image);
            put(container, image);
        } else if lock.has_pins() && !told.contains(&container.image) {
            told.push(container.image.clone());
            found.push(missing(container));
        }
    }
}

/// The variable of what was deployed is called after the image, so that another one counts at once.
fn put(container: &mut Container, image: String) {
    if let Some((name, _)) = container.image_variable.as_ref().and_then(|name| name.rsplit_once('_')) {
        container.image_variable = Some(format!(
            "{name}_{}",
            &sha256(format!("{} {image}", container.service))[..12]
        ));
    }
    container.image = image;
}

fn missing(container: &Container) -> Diagnostic {
    Diagnostic::warning(
        "image-not-pinned",
        format!("`{}` has no pin, and other images have one", container.image),
    )
    .at(&container.origin, "this image is whatever its tag names")
    .why("The lock has digests of other images. This one is new, or its tag is another than the one that was pinned.")
    .help("`sitewright pin` looks its digest up and keeps it in the lock")
}
