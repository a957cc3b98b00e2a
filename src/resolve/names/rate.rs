//! How often a visitor may come.

use super::{Build, Entry, identifier};
use crate::manifest::values::RatePer;
use crate::site::{RateLimit, RateZone};
impl Build<'_, '_> {
    /// What counts the requests to a path: a zone of its own, or the one that the paths of its name share.
    pub(super) fn rate(&mut self, entry: Entry<'_>) -> Option<RateLimit> {
        let Entry {
            name,
            path,
            answer,
            route,
            origin,
        } = entry;
        let (own, shared) = (&answer.options, &route.options);
        let (rate, burst, zone, origin) = match (own.rate, shared.rate) {
            (Some(rate), _) => (
                rate,
                own.burst,
                format!("{name}{}", path.as_str()),
                origin.child("rate"),
            ),
            (None, Some(rate)) => (
                rate,
                own.burst.or(shared.burst),
                name.to_owned(),
                origin
                    .parent()
                    .and_then(|paths| paths.parent())
                    .unwrap_or_default()
                    .child("rate"),
            ),
            (None, None) => return None,
        };
        let zone = identifier(&zone);
        if !self.ingress.rates.iter().any(|known| known.name == zone) {
            let per = if rate.per == RatePer::Second { "s" } else { "m" };
            self.ingress.rates.push(RateZone {
                name: zone.clone(),
                origin,
                rate: format!("{}r/{per}", rate.count),
            });
        }
        Some(RateLimit {
            zone,
            burst: burst.unwrap_or(match rate.per {
                RatePer::Second => rate.count,
                // nginx lets the first one in beside the burst, and who writes five a minute means five at once, not six.
                RatePer::Minute => rate.count - 1,
            }),
        })
    }
}
