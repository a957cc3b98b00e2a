//! `explain`: a rule's document, or where a file of the bundle comes from.

mod beside;

use std::fmt::Write as _;

use clap::Args;
use sitewright::EnvironmentResult;
use sitewright::check;
use sitewright::diag::suggest;
use sitewright::emit::{Artifact, HostBundle};
use sitewright::source::{Files, Pointer};

use super::input::Input;
use super::output::{self, Failure, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A rule's code, or a file of the bundle with a line if wanted, as in `out/production/vps/rootfs/etc/nginx/nginx.conf:12`
    #[arg(value_name = "CODE | PATH[:LINE]", required_unless_present = "list")]
    subject: Option<String>,
    /// All rules, and what each looks for
    #[arg(short, long, conflicts_with = "subject")]
    list: bool,
    /// The manifest [default: site.yaml, else site.example.yaml]
    #[arg(short, long, value_name = "FILE")]
    manifest: Option<camino::Utf8PathBuf>,
    /// Folder of the bundle
    #[arg(short, long, default_value = "out", value_name = "DIR")]
    out: camino::Utf8PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let Some(subject) = &arguments.subject else {
        output::print(&check::page())?;
        return Ok(0);
    };
    if let Some(document) = check::document(subject) {
        output::print(document)?;
        return Ok(0);
    }
    if !subject.contains('/') {
        let next = suggest(subject, check::codes()).map_or_else(
            || "`explain --list` names them all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::Message(format!("there is no rule `{subject}`; {next}")));
    }
    let input = Input {
        manifest: arguments.manifest.clone(),
        out: arguments.out.clone(),
        environments: Vec::new(),
    };
    let Some(loaded) = input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let compilation = loaded.compile(&[]);
    let (path, line) = split(subject);
    let relative = path.strip_prefix(&format!("{}/", arguments.out)).unwrap_or(path);
    for environment in &compilation.environments {
        if let Some((host, artifact)) = find(environment, relative) {
            output::print(&explained(environment, host, artifact, line, &loaded.source.files))?;
            return Ok(0);
        }
        if let Some(text) = beside::explained(environment, relative, line, &loaded.source.files) {
            output::print(&text)?;
            return Ok(0);
        }
    }
    output::report(&compilation.report, Format::Human)?;
    Err(Failure::Message(format!(
        "`{path}` is no file of the bundle; {}/ENVIRONMENT/bundle.json names those that hosts install",
        arguments.out
    )))
}

fn split(subject: &str) -> (&str, Option<u32>) {
    match subject.rsplit_once(':') {
        Some((path, line)) => line.parse().map_or((subject, None), |line| (path, Some(line))),
        None => (subject, None),
    }
}

fn find<'a>(environment: &'a EnvironmentResult, path: &str) -> Option<(&'a HostBundle, &'a Artifact)> {
    let compiled = environment.compiled.as_ref()?;
    let path = path.strip_prefix(&environment.name)?.strip_prefix('/')?;
    compiled.hosts.iter().find_map(|host| {
        let place = path.strip_prefix(&host.host)?.strip_prefix("/rootfs")?;
        host.artifacts
            .iter()
            .find(|artifact| artifact.path == place)
            .map(|artifact| (host, artifact))
    })
}

fn explained(
    environment: &EnvironmentResult,
    host: &HostBundle,
    artifact: &Artifact,
    line: Option<u32>,
    files: &Files,
) -> String {
    let mut rows = Rows::default();
    let mut row = |name: &str, value: String| rows.add(name, value);
    row("path", artifact.path.clone());
    row("made by", format!("emit/{}", artifact.set));
    row(
        "owner",
        format!("{}:{}, mode {:04o}", artifact.owner, artifact.group, artifact.mode),
    );
    if artifact.verbatim {
        row(
            "verbatim",
            "it came through an escape hatch: nothing here knows what it says".into(),
        );
    }
    if artifact.needs_secrets() {
        row("secrets", "filled in on the host by install.sh".into());
    }
    for action in &artifact.actions {
        row(
            "on change",
            host.effects
                .get(action)
                .filter(|effect| !effect.is_empty())
                .cloned()
                .unwrap_or_else(|| action.clone()),
        );
    }
    // Where no line is traced, the file's own places are the next best answer.
    let of_line = line.and_then(|line| artifact.lines.iter().take_while(|(first, _)| *first <= line).last());
    let origins: Vec<&Pointer> = match of_line {
        Some((_, origin)) => vec![origin],
        None => artifact.origins.iter().collect(),
    };
    let mut places: Vec<String> = origins
        .into_iter()
        .map(|origin| place(environment, origin, files))
        .collect();
    places.dedup();
    let mut seen = std::collections::BTreeSet::new();
    for place in places.into_iter().filter(|place| seen.insert(place.clone())) {
        row("from", place);
    }
    rows.0
}

/// What is known of a file, a line each.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        writeln!(self.0, "{name:<10} {value}").expect("writing to a string");
    }
}

fn place(environment: &EnvironmentResult, origin: &Pointer, files: &Files) -> String {
    let found = environment.tree.locate_key(origin);
    match found.place {
        Some(place) => format!(
            "{}:{} {}",
            files.name(place.file),
            files.start(place).line,
            origin.dotted()
        ),
        None => format!("{} (default)", origin.dotted()),
    }
}
