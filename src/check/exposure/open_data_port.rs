//! Databases, caches and queues that the world can reach.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Opening, Protocol, Site};

pub(super) const RULE: Rule = Rule {
    code: "open-data-port",
    document: include_str!("open_data_port.md"),
    find,
};

const DATA: [(u16, &str); 19] = [
    (1433, "SQL Server"),
    (2375, "the Docker engine"),
    (2376, "the Docker engine"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (4369, "Erlang's port mapper"),
    (5432, "PostgreSQL"),
    (5601, "Kibana"),
    (5672, "RabbitMQ"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (8086, "InfluxDB"),
    (9042, "Cassandra"),
    (9090, "Prometheus"),
    (9092, "Kafka"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for opening in site
        .hosts
        .iter()
        .flat_map(|host| &host.openings)
        .filter(|opening| is_open(opening))
    {
        let (first, last) = opening.ports;
        let Some((port, what)) = DATA.iter().find(|(port, _)| (first..=last).contains(port)) else {
            continue;
        };
        let finding = Diagnostic::warning(RULE.code, format!("port {port}, that of {what}, is open to the world"))
            .at_key(&opening.origin, "everybody may connect")
            .why("Ports of databases are tried all day: one weak password, or one hole, and the data is gone or held for ransom.")
            .help("services of this site reach it by `uses`; for others add `from: [NETWORK]`");
        found.push(finding);
    }
    once(found)
}

/// Under `ports`, for everybody, and not so many that the one among them is chance.
fn is_open(opening: &Opening) -> bool {
    let everybody = opening.from.is_empty() || opening.from.iter().any(|net| net.prefix_len() == 0);
    opening.is_of_ports() && everybody && opening.protocol == Protocol::Tcp && opening.ports.1 - opening.ports.0 < 16
}
