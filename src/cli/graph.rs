//! `graph`: who talks to whom.

use std::fmt::Write as _;

use clap::Args;
use sitewright::site::Site;

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
fn edges(site: &Site) -> Vec<(String, String, &str)> {
    let routes = site
        .hosts
        .iter()
        .flat_map(|host| host.ingress.iter().flat_map(|ingress| &ingress.servers))
        .flat_map(|server| {
            server
                .locations
                .iter()
                .filter_map(move |location| match &location.action {
                    sitewright::site::LocationAction::Proxy(proxy) => {
                        Some((server.names.first()?.clone(), proxy.upstream.clone(), "http"))
                    }
                    _ => None,
                })
        });
    let links = site
        .links
        .iter()
        .map(|link| (link.from.clone(), link.to.clone(), link.protocol));
    let mut edges: Vec<_> = routes.chain(links).collect();
    edges.sort();
    edges.dedup();
    edges
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
