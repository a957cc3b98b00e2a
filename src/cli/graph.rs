//! `graph`: who talks to whom.

use std::fmt::Write as _;

use clap::Args;
use sitewright::site::{LocationAction, Site, Upstream};

use super::input::Input;
use super::output::{self, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Language of the drawing
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Language,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Language {
    #[default]
    Mermaid,
    Dot,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let Some(loaded) = arguments.input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let first = arguments
        .input
        .environments
        .first()
        .cloned()
        .or_else(|| loaded.source.environments().into_iter().next())
        .unwrap_or_default();
    let compilation = loaded.compile(&[first]);
    let Some(compiled) = compilation
        .environments
        .first()
        .and_then(|environment| environment.compiled.as_ref())
    else {
        output::report(&compilation.report, Format::Human)?;
        return Ok(1);
    };
    output::print(&match arguments.format {
        Language::Mermaid => mermaid(&compiled.site),
        Language::Dot => dot(&compiled.site),
    })?;
    Ok(0)
}

/// Edges: from, to, and what is spoken.
fn edges(site: &Site) -> Vec<(String, String, String)> {
    let routes = site
        .hosts
        .iter()
        .filter_map(|host| host.ingress.as_ref())
        .flat_map(|ingress| {
            let locations = ingress
                .servers
                .iter()
                .flat_map(|server| server.locations.iter().map(move |location| (server, location)));
            locations.filter_map(move |(server, location)| {
                let LocationAction::Proxy(proxy) = &location.action else {
                    return None;
                };
                let upstream = ingress
                    .upstreams
                    .iter()
                    .find(|upstream| upstream.name == proxy.upstream)?;
                let (service, spoken) = answering(site, upstream)?;
                Some((server.names.first()?.clone(), service, spoken))
            })
        });
    let links = site
        .links
        .iter()
        .map(|link| (link.from.clone(), link.to.clone(), link.protocol.to_owned()));
    let mut edges: Vec<_> = routes.chain(links).collect();
    edges.sort();
    edges.dedup();
    edges
}

/// The service behind an upstream; where it has several processes, what is spoken names the one that answers.
fn answering(site: &Site, upstream: &Upstream) -> Option<(String, String)> {
    let (path, mut services) = (upstream.origin.dotted(), site.services.iter());
    services.find_map(|service| {
        let rest = path.strip_prefix(&service.origin.dotted())?;
        let spoken = match rest.strip_prefix(".processes.") {
            Some(process) => format!("http, {process}"),
            None if rest.is_empty() => "http".to_owned(),
            None => return None,
        };
        Some((service.name.clone(), spoken))
    })
}

fn mermaid(site: &Site) -> String {
    let mut text = String::from("flowchart LR\n");
    for service in &site.services {
        writeln!(
            text,
            "  {}[\"{}<br/>{}\"]",
            identifier(&service.name),
            service.name,
            service.kind
        )
        .expect("writing to a string");
    }
    for (from, to, protocol) in edges(site) {
        writeln!(
            text,
            "  {}[\"{from}\"] -->|{protocol}| {}",
            identifier(&from),
            identifier(&to)
        )
        .expect("writing to a string");
    }
    text
}

fn dot(site: &Site) -> String {
    let mut text = format!("digraph \"{}\" {{\n  rankdir=LR;\n", site.name);
    for service in &site.services {
        writeln!(
            text,
            "  \"{}\" [label=\"{}\\n{}\"];",
            service.name, service.name, service.kind
        )
        .expect("writing to a string");
    }
    for (from, to, protocol) in edges(site) {
        writeln!(text, "  \"{from}\" -> \"{to}\" [label=\"{protocol}\"];").expect("writing to a string");
    }
    text.push_str("}\n");
    text
}

fn identifier(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}
