//! `show`: the manifest as it is read, or with every default filled in.

use clap::Args;
use sitewright::source::{Files, Layer, Node, Pointer, Value};

use super::input::Input;
use super::output::{self, Failure, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Part of the manifest, as in `/services/api` or `services.api`
    pointer: Option<String>,
    /// Fill in every default, and say where each value comes from
    #[arg(long)]
    resolved: bool,
    /// The manifest [default: site.yaml, else site.example.yaml]
    #[arg(short, long, value_name = "FILE")]
    manifest: Option<camino::Utf8PathBuf>,
    /// The environment [default: the first one]
    #[arg(short, long = "env", value_name = "ENV")]
    environment: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let input = Input {
        manifest: arguments.manifest.clone(),
        out: "out".into(),
        environments: arguments.environment.iter().cloned().collect(),
    };
    let Some(loaded) = input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let name = arguments
        .environment
        .clone()
        .or_else(|| loaded.source.environments().into_iter().next())
        .unwrap_or_default();
    let tree = if arguments.resolved {
        let compilation = loaded.compile(&[name]);
        output::report(&compilation.report, Format::Human)?;
        let environment = compilation.environments.into_iter().next();
        environment
            .map(|environment| environment.tree)
            .ok_or_else(|| Failure::Message("the manifest has no environment".into()))?
    } else {
        loaded.source.environment(&name, loaded.compiler.schema()).0
    };
    let pointer = arguments
        .pointer
        .as_deref()
        .map_or_else(|| Ok(Pointer::root()), pointer)?;
    let node = tree
        .get(&pointer)
        .ok_or_else(|| Failure::Message(format!("there is nothing at {} in this environment", pointer.dotted())))?;
    let text = if arguments.resolved {
        annotated(node, &loaded.source.files)
    } else {
        serde_yaml::to_string(&node.to_json()).expect("a manifest is plain data")
    };
    output::print(&text)?;
    Ok(0)
}

fn pointer(text: &str) -> Result<Pointer, Failure> {
    if text.starts_with('/') {
        return text
            .parse()
            .map_err(|_| Failure::Message(format!("`{text}` is not a JSON Pointer")));
    }
    Ok(text
        .split('.')
        .fold(Pointer::root(), |pointer, segment| pointer.child(segment)))
}

/// YAML of which every scalar says where it comes from.
fn annotated(node: &Node, files: &Files) -> String {
    let mut text = String::new();
    write(node, files, 0, &mut text);
    text
}

fn write(node: &Node, files: &Files, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            for (key, value) in map {
                text.push_str(&format!("{indent}{}:", scalar(&key.as_str().into())));
                below(value, files, depth + 1, text);
            }
        }
        Value::List(list) if !list.is_empty() => {
            for value in list {
                text.push_str(&format!("{indent}-"));
                below(value, files, depth + 1, text);
            }
        }
        _ => text.push_str(&format!("{indent}{}{}\n", scalar(&node.to_json()), whence(node, files))),
    }
}

fn below(value: &Node, files: &Files, depth: usize, text: &mut String) {
    let is_block = match &value.value {
        Value::Map(map) => !map.is_empty(),
        Value::List(list) => !list.is_empty(),
        _ => false,
    };
    if is_block {
        text.push('\n');
        write(value, files, depth, text);
    } else {
        text.push_str(&format!(" {}{}\n", scalar(&value.to_json()), whence(value, files)));
    }
}

fn scalar(value: &serde_json::Value) -> String {
    match value {
        // A text of several lines stays on one line, so that the comment behind it belongs to it.
        serde_json::Value::String(text) if text.contains('\n') => serde_json::Value::String(text.clone()).to_string(),
        value => serde_yaml::to_string(value)
            .expect("a scalar is plain data")
            .trim_end()
            .to_owned(),
    }
}

fn whence(node: &Node, files: &Files) -> String {
    let place = node.origin.place.or(node.key).map(|place| {
        let start = files.start(place);
        format!("{}:{}", files.name(place.file), start.line)
    });
    let layer = match &node.origin.layer {
        Layer::Manifest | Layer::Include => String::new(),
        Layer::Environment(name) => format!(" (environment {name})"),
        Layer::Defaults(name) => format!(" ({name})"),
        Layer::Default => return "  # default".to_owned(),
    };
    place.map_or_else(String::new, |place| format!("  # {place}{layer}"))
}
