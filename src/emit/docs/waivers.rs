//! Rules that the author silenced, so that whoever is on call knows what was accepted.

use super::Section;
use super::table::table;
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::Site;

pub(super) fn section(site: &Site) -> Section {
    let rows: Vec<_> = site
        .waivers
        .iter()
        .map(|waiver| [code(&waiver.rule), code(&waiver.place), text(&waiver.reason)])
        .collect();
    (!rows.is_empty()).then(|| {
        let rows = table(["Rule", "At", "Because"], &rows);
        format!("## Waived rules\n\nThe manifest silences these. `sitewright explain RULE` says what each is about.\n\n{rows}")
    })
}
