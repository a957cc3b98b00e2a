//! Servers that choose another master by themselves: how they are, and what is left for people.

use serde::Serialize;

use super::{Section, listed, markdown};
use crate::render::escape::markdown_code as code;
use crate::site::{Service, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    services: Vec<Watched<'a>>,
}

#[derive(Serialize)]
struct Watched<'a> {
    name: &'a str,
    first: &'a str,
    hosts: String,
    count: usize,
    quorum: u32,
    down_after: u64,
    /// A command that tells the master's address.
    ask: String,
}

pub(super) fn section(site: &Site) -> Section {
    let services: Vec<_> = site.services.iter().filter_map(|service| view(site, service)).collect();
    let view = View {
        site: &site.name,
        services,
    };
    (!view.services.is_empty()).then(|| markdown("docs/failover", include_str!("failover.md.hbs"), &view))
}

fn view<'a>(site: &'a Site, service: &'a Service) -> Option<Watched<'a>> {
    let failover = service.failover.as_ref()?;
    Some(Watched {
        name: &service.name,
        first: failover.members.first()?,
        hosts: listed(failover.members.iter().map(|host| code(host))),
        count: failover.members.len(),
        quorum: failover.quorum,
        down_after: failover.down_after,
        ask: format!(
            "docker compose --project-name {0} --file /etc/{0}/compose/compose.yaml exec {1}-sentinel redis-cli -p {2} --user health --pass - --no-auth-warning sentinel master {1}",
            site.name,
            service.name,
            service
                .instances
                .iter()
                .filter(|instance| instance.handle == format!("{}-sentinel", service.name))
                .find_map(|instance| instance.port)?
        ),
    })
}
