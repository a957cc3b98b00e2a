//! What is deployed on a host, as lines of `deploy.tsv`.

use serde::Serialize;

use crate::render::escape;
use crate::site::{
    BackupPlan, BackupSource, Check, Container, Destination, DestinationPlace, Host, IMAGES_KEPT, Instance, Pointer,
    Service, Site,
};

#[derive(Serialize)]
pub(super) struct View {
    records: Vec<Record>,
}

#[derive(Serialize)]
struct Record {
    origin: Pointer,
    line: String,
}

impl View {
    pub(super) fn new(site: &Site, host: &Host) -> Self {
        let records = in_order(site).into_iter().flat_map(|service| {
            records(site, host, service)
                .into_iter()
                .chain(images(site, host, service))
        });
        Self {
            records: records.collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn has_releases(&self) -> bool {
        self.records.iter().any(|record| record.line.starts_with("service\t"))
    }

    pub(super) fn has_images(&self) -> bool {
        self.records.iter().any(|record| record.line.starts_with("image\t"))
    }
}

/// What a service uses comes before it: Compose is asked for it with all that it depends on, which must be there by then.
fn in_order(site: &Site) -> Vec<&Service> {
    let mut ordered: Vec<&Service> = Vec::new();
    let mut left: Vec<&Service> = site.services.iter().collect();
    while !left.is_empty() {
        let waits = |service: &Service| {
            let mut uses = site.links.iter().filter(|link| link.from == service.name);
            uses.any(|link| {
                left.iter()
                    .any(|other| other.name == link.to && other.name != service.name)
            })
        };
        // Two that use each other wait for nobody.
        let next = left.iter().position(|service| !waits(service)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

fn records(site: &Site, host: &Host, service: &Service) -> Vec<Record> {
    let Some(release) = &service.release else {
        return Vec::new();
    };
    // The folder is where its files are served or its processes run.
    if !host.directories.iter().any(|directory| directory.path == release.dir) {
        return Vec::new();
    }
    let name = service.name.as_str();
    let folder = service.origin.child("release");
    let mut records = vec![record(
        &folder,
        &["service", name, &release.dir, &release.keep.to_string()],
    )];
    records.extend(migration(site, host, service));
    let instances = service.instances.iter().filter(|instance| instance.host == host.name);
    records.extend(instances.filter_map(|instance| {
        let (template, number) = instance.handle.strip_suffix(".service")?.split_once('@')?;
        let update = if instance.stop_first { "stop-first" } else { "rolling" };
        let [kind, a, b] = probe(site, host, instance, template, number);
        let fields = ["instance", name, template, number, update, &kind, &a, &b];
        Some(record(&service.origin, &fields))
    }));
    records
}

fn record(origin: &Pointer, fields: &[&str]) -> Record {
    Record {
        origin: origin.clone(),
        line: escape::fields(fields),
    }
}

/// What is saved before the migrations, and what runs them.
fn migration(site: &Site, host: &Host, service: &Service) -> Vec<Record> {
    let here = service
        .migration
        .as_ref()
        .filter(|migration| migration.host == host.name);
    let Some(migration) = here else { return Vec::new() };
    let (name, origin) = (service.name.as_str(), service.origin.child("migrate"));
    let saved = saved(site, host, service);
    let mut records: Vec<Record> = saved
        .map(|(source, to)| record(&origin, &["save", name, source, to]))
        .collect();
    records.push(record(&origin, &["migration", name, &migration.handle]));
    records
}

/// The images of a host that are deployed by their tag, and the containers that run them.
fn images(site: &Site, host: &Host, service: &Service) -> Vec<Record> {
    let all = || {
        let containers = host.containers.iter();
        containers.filter(|container| container.service == service.name && container.image_variable.is_some())
    };
    let Some((first, variable)) = all().find_map(|container| Some((container, container.image_variable.as_ref()?)))
    else {
        return Vec::new();
    };
    let (name, image) = (service.name.as_str(), service.origin.child("image"));
    let fields = [
        "image",
        name,
        first.repository(),
        variable,
        &first.image,
        &IMAGES_KEPT.to_string(),
    ];
    let mut records = vec![record(&image, &fields)];
    records.extend(migration(site, host, service));
    let mut tried: Vec<&Pointer> = Vec::new();
    for container in all().filter(|container| container.profile.is_none()) {
        let mut instances = service.instances.iter().filter(|instance| instance.host == host.name);
        let Some(instance) = instances.find(|instance| instance.handle == container.name) else {
            continue;
        };
        let has_others = has_others(site, container);
        let port = instance.port.filter(|_| has_others).map(|port| port.to_string());
        let inside = port_inside(host, container).filter(|_| has_others);
        // One of each process is tried, if it is known how it is well, and that it takes no work but what it is asked for.
        let is_tried = !instance.stop_first
            && instance.port.is_some()
            && container.healthcheck.is_some()
            && !tried.contains(&&container.origin);
        tried.extend(is_tried.then_some(&container.origin));
        let update = if instance.stop_first { "stop-first" } else { "rolling" };
        let trial = if is_tried { "try" } else { "" };
        let fields = [
            "container",
            name,
            &container.name,
            update,
            &port.unwrap_or_default(),
            inside.unwrap_or_default(),
            trial,
        ];
        records.push(record(&container.origin, &fields));
    }
    records
}

/// Where the web server's container enters it, which does not come by a port of the host.
fn port_inside<'a>(host: &'a Host, container: &Container) -> Option<&'a str> {
    let servers = host.ingress.iter().flat_map(|ingress| &ingress.upstreams);
    let mut addresses = servers
        .flat_map(|upstream| &upstream.servers)
        .map(|server| server.address.as_str());
    addresses.find_map(|address| address.strip_prefix(&container.name)?.strip_prefix(':'))
}

/// Another instance of its process answers while it is made anew.
fn has_others(site: &Site, container: &Container) -> bool {
    let all = site.hosts.iter().flat_map(|host| &host.containers);
    all.filter(|other| other.origin == container.origin && other.profile.is_none())
        .count()
        > 1
}

/// What the backup of this host holds of the services that it uses, for migrations change that; and the destination that
/// is reached soonest.
fn saved<'a>(site: &'a Site, host: &'a Host, service: &'a Service) -> impl Iterator<Item = (&'a str, &'a str)> {
    let used = |source: &BackupSource| {
        let mut links = site.links.iter().filter(|link| link.from == service.name);
        links.any(|link| link.to == source.service)
    };
    let nearest = |plan: &'a BackupPlan| {
        let is_here = |to: &&Destination| matches!(to.place, DestinationPlace::Path(_));
        plan.destinations.iter().find(is_here).or(plan.destinations.first())
    };
    let plans = host.backup.iter().filter_map(move |plan| Some((plan, nearest(plan)?)));
    plans.flat_map(move |(plan, to)| {
        let sources = plan.sources.iter().filter(move |source| used(source));
        sources.map(|source| (source.name.as_str(), to.name.as_str()))
    })
}

/// How it is seen that an instance is well; the number of the instance is `%i`.
fn probe(site: &Site, host: &Host, instance: &Instance, template: &str, number: &str) -> [String; 3] {
    let label = template.strip_prefix(&format!("{}-", site.name)).unwrap_or(template);
    let name = format!("{label}@{number}");
    let numbered = |text: &str| match instance.port {
        Some(port) => text.replacen(&format!(":{port}/"), ":%i/", 1),
        None => text.to_owned(),
    };
    let check = host
        .probes
        .iter()
        .find(|probe| probe.name == name)
        .map(|probe| &probe.check);
    match check {
        Some(Check::Http { url, host }) => ["http".to_owned(), numbered(url), host.clone().unwrap_or_default()],
        Some(Check::Tcp { address, port }) => ["tcp".to_owned(), address.clone(), port.to_string()],
        Some(Check::Command(command)) => ["command".to_owned(), command.clone(), String::new()],
        _ => Default::default(),
    }
}
