//! `pin`: asks which digests the images' tags name now, and keeps them in the lock.
//!
//! The registry is asked by the field's own programs, with their logins; compiling reads the lock and needs no network.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::process::{Command, Stdio};

use camino::Utf8PathBuf;
use clap::Args;
use sitewright::Compilation;
use sitewright::bundle;

use super::input::{Input, Loaded};
use super::output::{self, Failure, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Look up again what has a pin already
    #[arg(long)]
    update: bool,
    /// Take digests from a file of lines `IMAGE DIGEST`, or `-` for standard input, and ask nobody
    #[arg(long, value_name = "FILE")]
    from: Option<Utf8PathBuf>,
    /// Print the images and their pins, and change nothing
    #[arg(long, conflicts_with_all = ["update", "from", "remove"])]
    list: bool,
    /// Let tags count again: forget the pins
    #[arg(long, conflicts_with_all = ["update", "from"])]
    remove: bool,
}

/// Image → digest, where there is one.
type Pins = BTreeMap<String, Option<String>>;

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let Some(mut loaded) = arguments.input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let compilation = loaded.compile(&arguments.input.environments);
    if compilation.report.has_errors() {
        output::report(&compilation.report, Format::Human)?;
        return Ok(1);
    }
    let before = images(&loaded, &compilation);
    if arguments.list {
        return list(&before);
    }
    let wanted: BTreeSet<&String> = before
        .values()
        .flatten()
        .filter(|(_, pin)| arguments.update || pin.is_none())
        .map(|(image, _)| image)
        .collect();
    let digests = match &arguments.from {
        _ if arguments.remove => BTreeMap::new(),
        Some(path) => given(path)?,
        None if wanted.is_empty() => BTreeMap::new(),
        None => {
            let program = program()?;
            wanted
                .iter()
                .map(|image| Ok(((*image).clone(), look_up(program, image)?)))
                .collect::<Result<_, Failure>>()?
        }
    };
    let known: BTreeSet<&String> = before.values().flat_map(Pins::keys).collect();
    if let Some(stranger) = digests.keys().find(|image| !known.contains(image)) {
        return Err(Failure::Message(format!(
            "no service has the image `{stranger}`; `sitewright pin --list` prints those that there are"
        )));
    }
    let mut changes = 0;
    for (environment, pins) in &before {
        let lock = loaded.lock.environments.entry(environment.clone()).or_default();
        let allocated = &compilation.lock.environments[environment];
        lock.clone_from(allocated);
        let stale = lock.pins.len();
        lock.pins.retain(|image, _| pins.contains_key(image));
        changes += stale - lock.pins.len();
        for (image, old) in pins {
            let new = if arguments.remove {
                lock.pins.remove(image);
                None
            } else {
                digests.get(image).cloned().or_else(|| old.clone())
            };
            if new == *old {
                continue;
            }
            changes += 1;
            output::print(&format!(
                "{environment}: {image} {} -> {}\n",
                old.as_deref().unwrap_or("-"),
                new.as_deref().unwrap_or("-")
            ))?;
            lock.pins.extend(new.map(|digest| (image.clone(), digest)));
        }
    }
    let out = &arguments.input.out;
    if changes == 0 {
        output::print(&format!("{out}/sitewright.lock: nothing to change\n"))?;
        return Ok(0);
    }
    loaded.lock.version = 1;
    bundle::write_lock(&loaded.lock, out)
        .map_err(|error| Failure::Message(format!("cannot write {out}/sitewright.lock: {error}")))?;
    output::print(&format!(
        "{out}/sitewright.lock: {changes} changed; `sitewright diff` shows what that does, `sitewright compile` writes it\n"
    ))?;
    Ok(0)
}

/// Every image of the site that its author has not pinned, by environment.
fn images(loaded: &Loaded, compilation: &Compilation) -> BTreeMap<String, Pins> {
    let of_environment = |name: &str| loaded.lock.environments.get(name).map(|lock| &lock.pins);
    let mut all = BTreeMap::new();
    for environment in &compilation.environments {
        let pins = of_environment(&environment.name);
        let containers = environment
            .compiled
            .iter()
            .flat_map(|compiled| &compiled.site.hosts)
            .flat_map(|host| &host.containers);
        let own: Pins = containers
            .filter_map(|container| match container.image.split_once('@') {
                None => Some((container.image.clone(), None)),
                Some((image, digest)) => {
                    let pin = pins?.get(image)?;
                    (pin == digest).then(|| (image.to_owned(), Some(digest.to_owned())))
                }
            })
            .collect();
        all.insert(environment.name.clone(), own);
    }
    all
}

fn list(images: &BTreeMap<String, Pins>) -> Outcome {
    let lines: BTreeSet<String> = images
        .values()
        .flatten()
        .map(|(image, pin)| format!("{image} {}\n", pin.as_deref().unwrap_or("-")))
        .collect();
    output::print(&lines.into_iter().collect::<String>())?;
    Ok(0)
}

/// What somebody else has looked up.
fn given(path: &Utf8PathBuf) -> Result<BTreeMap<String, String>, Failure> {
    let mut text = String::new();
    let read = if path == "-" {
        io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|all| text = all)
    };
    read.map_err(|error| Failure::Message(format!("cannot read {path}: {error}")))?;
    let mut digests = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(_), Some("-"), None) => {}
            (Some(image), Some(digest), None) if is_digest(digest) => {
                digests.insert(image.to_owned(), digest.to_owned());
            }
            _ => {
                return Err(Failure::Message(format!(
                    "{path}, line {}: write `IMAGE sha256:…`, with 64 hexadecimal digits",
                    number + 1
                )));
            }
        }
    }
    Ok(digests)
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

/// A program that asks a registry: the words that prove it is here, those that ask, and what stands in front of the image.
struct Program {
    name: &'static str,
    proof: &'static [&'static str],
    ask: &'static [&'static str],
    scheme: &'static str,
}

const PROGRAMS: [Program; 2] = [
    Program {
        name: "skopeo",
        proof: &["--version"],
        ask: &["inspect", "--no-tags", "--format", "{{.Digest}}"],
        scheme: "docker://",
    },
    Program {
        name: "docker",
        proof: &["buildx", "version"],
        ask: &["buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}"],
        scheme: "",
    },
];

fn program() -> Result<&'static Program, Failure> {
    let is_here = |program: &&Program| {
        let proof = Command::new(program.name)
            .args(program.proof)
            .stdin(Stdio::null())
            .output();
        proof.is_ok_and(|output| output.status.success())
    };
    PROGRAMS.iter().find(is_here).ok_or_else(|| {
        Failure::Message(
            "neither skopeo nor docker with buildx is here: where one is, look up the images of `sitewright pin --list`, and give \
             lines `IMAGE DIGEST` to `sitewright pin --from -`"
                .to_owned(),
        )
    })
}

/// The digest that an image's tag names: of the list of platforms, where there is one.
fn look_up(program: &Program, image: &str) -> Result<String, Failure> {
    let failed = |why: &str| Failure::Message(format!("{image}: {}: {why}; the lock is as it was", program.name));
    let output = Command::new(program.name)
        .args(program.ask)
        .arg(format!("{}{image}", program.scheme))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    if output.status.success()
        && let Some(digest) = answered(&String::from_utf8_lossy(&output.stdout))
    {
        return Ok(digest);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(if said.is_empty() { "it says no digest" } else { &said }))
}

/// The digest in an answer: alone, or in the description of a manifest.
fn answered(text: &str) -> Option<String> {
    let described = serde_json::from_str::<serde_json::Value>(text).ok();
    let digest = described.as_ref().and_then(|value| value["digest"].as_str());
    let digest = digest.unwrap_or(text.trim());
    is_digest(digest).then(|| digest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::answered;

    #[test]
    fn both_programs_are_understood() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let described = format!(
            r#"{{"schemaVersion": 2, "digest": "{digest}", "size": 2010, "manifests": [{{"digest": "sha256:1"}}]}}"#
        );
        for said in [format!("{digest}\n"), described] {
            assert_eq!(answered(&said).as_deref(), Some(digest.as_str()), "{said}");
        }
        for said in ["", "sha256:12", "{}", "latest"] {
            assert_eq!(answered(said), None, "{said}");
        }
    }
}
