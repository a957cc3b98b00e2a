//! What `replication` and `on` cannot mean together.

use super::ROLE;
use crate::diag::Diagnostic;
use crate::kind::{Lowering, Runtime, server};
use crate::manifest::services::{Postgres, PostgresTls};
use crate::site::Host;

pub(in crate::kind::postgres) fn contradictions(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    if postgres.replication.is_none() {
        let help = "name one host, or let the others follow the first: `replication: {mode: streaming}`";
        server::refuse_several_hosts(lowering, help);
        return;
    }
    let service = lowering.service.clone();
    let origin = service.origin.child("replication");
    if service.hosts.len() < 2 {
        let (what, help) = if postgres.external.is_some() {
            ("somebody else runs it", "remove `replication`".to_owned())
        } else {
            let only = service.hosts.first().map_or("HOST", String::as_str);
            (
                "it is on one host",
                format!("name a second host, `on: [{only}, …]`, or remove `replication`"),
            )
        };
        lowering.found.push(
            Diagnostic::error("no-standby", format!("`{}` has nowhere to replicate to", service.name))
                .at_key(&origin, what)
                .why("A copy on the same host is lost with it.")
                .help(help),
        );
        return;
    }
    if service.runtime == Runtime::Container {
        not_in_a_tunnel(postgres, lowering);
    } else {
        systems(lowering);
    }
    server::refuse_derived(
        &postgres.settings,
        &[
            ("hot_standby", "standbys answer questions about themselves"),
            ("primary_conninfo", "it follows from `on`"),
            ("primary_slot_name", "it follows from `on`"),
        ],
        lowering,
    );
    for (name, database) in &postgres.databases {
        let owner = database.owner.as_ref().unwrap_or(name);
        if owner.as_str() == ROLE {
            let place = service.origin.child("databases").child(name.as_str());
            lowering.found.push(
                Diagnostic::error("role-conflict", format!("`{ROLE}` would be both an owner and a login"))
                    .at_key(&place, format!("owned by `{ROLE}`"))
                    .at_key(&origin, "its copies log in by that name")
                    .why("Whoever may replicate reads everything, and must own nothing.")
                    .help("name the owner otherwise"),
            );
        }
    }
}

/// An image has no certificate to encrypt with, and what is copied is everything.
fn not_in_a_tunnel(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let of = |name: &String| lowering.hosts.iter().find(|host| host.name == *name);
    let hosts: Vec<&Host> = lowering.service.hosts.iter().filter_map(of).collect();
    let is_apart = |from: &&&Host| {
        let mut others = hosts.iter().filter(|to| to.name != from.name);
        others.any(|to| to.private.is_none_or(|net| from.tunnel_to(net.addr()).is_none()))
    };
    let Some(host) = hosts.iter().find(is_apart) else {
        return;
    };
    if postgres.tls == Some(PostgresTls::Off) {
        return;
    }
    let found = Diagnostic::error(
        "no-tls-in-container",
        format!("`{}` in a container has no certificate to encrypt with", lowering.service.name),
    )
    .at(lowering.service.origin.child("runtime"), "runs in a container")
    .at(&host.origin, "and its copies are reached outside of a tunnel")
    .why("Every row that is written would cross the network in the clear.")
    .help("write `runtime: native`, or give the hosts a `wireguard` network, or `tls: off` where the network between them is encrypted by itself");
    lowering.found.push(found);
}

/// A copy is one of files: another C library sorts texts otherwise, and finds nothing in the indexes of the first.
fn systems(lowering: &mut Lowering<'_>) {
    let hosts = lowering.service.hosts.clone();
    let of = |name: &String| {
        let host = lowering.hosts.iter().find(|host| host.name == *name);
        host.map(|host| (host.os, host.origin.clone()))
    };
    let mut all = hosts.iter().filter_map(of);
    let Some((first, _)) = all.next() else { return };
    let Some((other, place)) = all.find(|(os, _)| *os != first) else {
        return;
    };
    lowering.found.push(
        Diagnostic::error(
            "mixed-systems",
            format!("the copies of `{}` are on different operating systems", lowering.service.name),
        )
        .at(place.child("os"), other.as_str())
        .at(lowering.service.origin.child("on"), format!("the primary is on {}", first.as_str()))
        .why("A copy has the primary's files byte for byte, and another system's C library sorts texts otherwise: its indexes would find wrong rows, or none.")
        .help("give all its hosts the same `os`"),
    );
}
