//! What is done when much is lost: four ways for it to happen, how much each costs, and the steps back.
//!
//! Steps are written for somebody who is woken for them: one command a line, with this site's names.

mod figures;
mod view;

use super::markdown;
use super::table::table;
use crate::render::escape::markdown_code as code;
use crate::site::Site;
use figures::{Figures, about, unsaved};
use view::View;

pub(super) fn section(site: &Site) -> String {
    let figures = Figures::new(site);
    let parts: Vec<_> = figures
        .parts(site)
        .into_iter()
        .map(|part| [part.what, part.minutes.to_string(), part.because])
        .collect();
    let view = View::new(
        site,
        scenarios(site, &figures),
        table(["Part", "Minutes", "Where from"], &parts),
    );
    markdown("docs/disasters", include_str!("disasters.md.hbs"), &view)
}

const NOTHING: &str = "nothing: no data is kept there alone";

/// How much each loses, and for how long.
fn scenarios(site: &Site, figures: &Figures) -> String {
    let plans = || site.hosts.iter().filter_map(|host| host.backup.as_ref());
    let gap = plans().next().map(|plan| unsaved(&plan.schedule));
    let of_backup = |away: bool| match &gap {
        None if !view::keeps_data(site) => NOTHING.to_owned(),
        None => "all of it: there is no backup".to_owned(),
        Some(_) if away && view::only_here(site) => "all of it: the backups are lost too".to_owned(),
        Some(gap) => format!("{gap} before it"),
    };
    let mut rows = vec![[
        "[Data is damaged or deleted](#data-is-damaged-or-deleted)".to_owned(),
        of_backup(false),
        match &gap {
            Some(_) => about(figures.damaged(site)),
            None => "–".to_owned(),
        },
    ]];
    for host in &site.hosts {
        let what = format!("[{} is lost](#a-host-is-lost)", host.name);
        let fates = view::Fates::of(site, host);
        let mut lost = Vec::new();
        if !fates.followed.is_empty() {
            let seconds = fates.followed.iter().map(|(_, lag)| *lag).max().unwrap_or(0);
            let names: Vec<String> = fates.followed.iter().map(|(name, _)| code(name)).collect();
            lost.push(format!(
                "{}: what its standby had not got, in health less than {seconds} s",
                names.join(", ")
            ));
        }
        let rest = if fates.followed.is_empty() { "" } else { "the rest: " };
        match (&gap, fates.saved, fates.away) {
            (Some(gap), true, true) => lost.push(format!("{rest}{gap} before it")),
            (_, true, false) => lost.push(format!("{rest}all of it: its backups are on itself")),
            _ => {}
        }
        if !fates.unsaved.is_empty() {
            let names: Vec<String> = fates.unsaved.iter().map(|name| code(name)).collect();
            lost.push(format!("all of {}, which is not backed up", names.join(", ")));
        }
        let lost = if lost.is_empty() {
            NOTHING.to_owned()
        } else {
            lost.join("; ")
        };
        let mut back = about(figures.lost(host));
        if !fates.followed.is_empty() {
            back = format!(
                "{} by a promotion; {back} until the host is there again",
                about(figures.promoted())
            );
        }
        rows.push([what, lost, back]);
    }
    rows.push([
        "[All hosts are lost](#all-hosts-are-lost)".to_owned(),
        of_backup(true),
        about(figures.all_lost(site)),
    ]);
    rows.push([
        "[Somebody else was on a host](#somebody-else-was-on-a-host)".to_owned(),
        match of_backup(true) {
            all if gap.is_none() || view::only_here(site) => all,
            before => format!("{before} began"),
        },
        about(figures.broken_into(site)),
    ]);
    table(["What happens", "Lost at most (RPO)", "Back after about (RTO)"], &rows)
}
