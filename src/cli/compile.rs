//! `compile`: writes the bundle, or says how the one on disk differs.

use camino::Utf8Path;
use clap::Args;
use globset::{Glob, GlobMatcher};
use serde_json::json;
use sitewright::Compilation;
use sitewright::bundle::{self, Bundle, Difference};

use super::input::{Input, Loaded};
use super::output::{self, Failure, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Only hosts whose name matches, as in `web*`
    #[arg(long, value_name = "GLOB")]
    host: Option<String>,
    /// Write nothing; tell stale, edited, orphaned and missing files, and exit 1 if there are any
    #[arg(long)]
    check: bool,
    /// Fail if the lock would change
    #[arg(long)]
    locked: bool,
    /// Threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ResultFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum ResultFormat {
    #[default]
    Human,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    if let Some(jobs) = arguments.jobs {
        // It can only fail if a pool exists already, and this is the first use.
        drop(rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global());
    }
    let hosts = arguments.host.as_deref().map(matcher).transpose()?;
    let format = if arguments.format == ResultFormat::Json {
        Format::Json
    } else {
        Format::Human
    };
    let Some(loaded) = arguments.input.load_or_report(format)? else {
        return Ok(1);
    };
    let compilation = loaded.compile(&arguments.input.environments);
    let Some(bundle) = compilation.bundle() else {
        output::report(&compilation.report, format)?;
        if format == Format::Human {
            output::tell(&format!(
                "{}: {}; nothing was written\n",
                loaded.path,
                compilation.report.summary()
            ))?;
        }
        return Ok(1);
    };
    if format == Format::Human {
        output::report(&compilation.report, format)?;
    }
    if arguments.locked && compilation.lock != loaded.lock {
        return Err(Failure::Message(format!(
            "{}/sitewright.lock would change and --locked forbids it; compile without --locked and commit the lock",
            arguments.input.out
        )));
    }
    let bundle = match &hosts {
        Some(matcher) => select(
            &compilation,
            bundle,
            matcher,
            arguments.host.as_deref().unwrap_or_default(),
        )?,
        None => bundle,
    };
    if arguments.check {
        check(arguments, &bundle)
    } else {
        write(arguments, &loaded, &compilation, &bundle, hosts.is_none())
    }
}

fn matcher(glob: &str) -> Result<GlobMatcher, Failure> {
    Glob::new(glob)
        .map(|glob| glob.compile_matcher())
        .map_err(|error| Failure::Message(format!("--host: {error}")))
}

fn select(compilation: &Compilation, bundle: Bundle, matcher: &GlobMatcher, glob: &str) -> Result<Bundle, Failure> {
    let compiled = || {
        compilation
            .environments
            .iter()
            .filter_map(|environment| environment.compiled.as_ref())
            .flat_map(|compiled| &compiled.hosts)
    };
    if !compiled().any(|host| matcher.is_match(&host.host)) {
        let mut names: Vec<&str> = compiled().map(|host| host.host.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        return Err(Failure::Message(format!(
            "no host matches `{glob}`; there are {}",
            names.join(", ")
        )));
    }
    Ok(bundle.of_hosts(|host| matcher.is_match(host)))
}

fn check(arguments: &Arguments, bundle: &Bundle) -> Outcome {
    let out = &arguments.input.out;
    let mut differences =
        bundle::compare(bundle, out).map_err(|error| Failure::Message(format!("cannot read {out}: {error}")))?;
    if arguments.host.is_some() {
        differences.retain(|difference| difference.state != bundle::State::Orphaned);
    }
    match arguments.format {
        ResultFormat::Json => {
            let list: Vec<_> = differences
                .iter()
                .map(|difference| json!({"path": difference.path, "state": difference.state.name()}))
                .collect();
            output::print(&format!("{:#}\n", json!({"format": 1, "differences": list})))?;
        }
        ResultFormat::Human => output::print(&told(&differences, out))?,
    }
    Ok(u8::from(!differences.is_empty()))
}

fn told(differences: &[Difference], out: &Utf8Path) -> String {
    if differences.is_empty() {
        return format!("{out} is as compiled\n");
    }
    let mut text: String = differences
        .iter()
        .map(|difference| format!("{:<9} {out}/{}\n", difference.state.name(), difference.path))
        .collect();
    let (files, differ, them) = match differences.len() {
        1 => ("file", "differs", "it"),
        _ => ("files", "differ", "them"),
    };
    text.push_str(&format!(
        "{} {files} {differ}; `sitewright compile` mends {them}\n",
        differences.len()
    ));
    text
}

fn write(arguments: &Arguments, loaded: &Loaded, compilation: &Compilation, bundle: &Bundle, remove: bool) -> Outcome {
    let out = &arguments.input.out;
    let written = bundle::write(bundle, out, remove)
        .map_err(|error| Failure::Message(format!("cannot write {error}; the bundle is as it was before")))?;
    let hosts: usize = compilation
        .environments
        .iter()
        .filter_map(|environment| environment.compiled.as_ref())
        .map(|compiled| compiled.hosts.len())
        .sum();
    match arguments.format {
        ResultFormat::Json => output::print(&format!(
            "{:#}\n",
            json!({
                "format": 1,
                "manifest": loaded.path.as_str(),
                "out": out.as_str(),
                "environments": bundle.environments,
                "hosts": hosts,
                "changed": written.changed,
                "unchanged": written.unchanged,
                "removed": written.removed,
                "report": sitewright::diag::json(&compilation.report),
            })
        ))?,
        ResultFormat::Human => output::print(&format!(
            "{} -> {out}: {}, {}, {} ({} changed, {} removed)\n",
            loaded.path,
            count(bundle.environments.len(), "environment"),
            count(hosts, "host"),
            count(bundle.files.len(), "file"),
            written.changed,
            written.removed
        ))?,
    }
    Ok(0)
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
