//! The stages, each named once.

use std::collections::BTreeMap;

use crate::bundle::{Bundle, Compiled};
use crate::check::{self, Machine};
use crate::diag::{Diagnostic, Report};
use crate::emit;
use crate::manifest::{self, Manifest};
use crate::resolve::{self, EnvironmentLock, Lock, Resolution};
use crate::source::{self, Assets, Layer, Node, Pointer, Schema, Source, Validator};
use crate::spread::spread;
use camino::Utf8Path;

/// Compiles manifests; holds what does not change from one to the next.
#[derive(Debug)]
pub struct Compiler {
    validator: Validator,
}

/// What became of a manifest.
#[derive(Debug)]
pub struct Compilation {
    pub report: Report,
    /// Every environment that was asked for, whether or not it has errors.
    pub environments: Vec<EnvironmentResult>,
    /// Nothing else is in the manifest.
    pub everywhere: bool,
    pub lock: Lock,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Findings,
    Files,
}

/// One environment, as far as it came.
#[derive(Debug)]
pub struct EnvironmentResult {
    pub name: String,
    /// The manifest with overlays, defaults and references resolved.
    pub tree: Node,
    /// None if the tree is not a manifest.
    pub compiled: Option<Compiled>,
}

impl Default for Compiler {
    fn default() -> Self {
        Self::new()
    }
}

impl Compiler {
    pub fn new() -> Self {
        Self {
            validator: Validator::new(Schema::of(manifest::schema()), manifest::units()),
        }
    }

    pub fn schema(&self) -> &Schema {
        self.validator.schema()
    }

    /// Reads a manifest with all that it includes.
    pub fn read(&self, path: &Utf8Path) -> Result<Source, Report> {
        Source::load(path, self.schema())
    }

    /// Compiles the environments of a manifest: those named, or all.
    pub fn compile(&self, source: &Source, beside: &Utf8Path, wanted: &[String], lock: &Lock) -> Compilation {
        self.run(source, beside, wanted, lock, Goal::Files)
    }

    /// Every finding, and no file.
    pub fn check(&self, source: &Source, beside: &Utf8Path, wanted: &[String], lock: &Lock) -> Report {
        self.run(source, beside, wanted, lock, Goal::Findings).report
    }

    /// An environment as if its tree, defaults and all, were this one; none if no manifest can be so.
    pub fn suppose(&self, tree: &Node, beside: &Utf8Path, name: &str, lock: &EnvironmentLock) -> Option<Compiled> {
        if !self.validator.validate(tree).is_empty() {
            return None;
        }
        let manifest = typed(tree).ok()?;
        let (assets, _) = Assets::read(tree, beside);
        Some(emit::site(resolved(tree, &manifest, name, lock, &assets).site))
    }

    fn run(&self, source: &Source, beside: &Utf8Path, wanted: &[String], lock: &Lock, goal: Goal) -> Compilation {
        let names: Vec<String> = source
            .environments()
            .into_iter()
            .filter(|name| wanted.is_empty() || wanted.contains(name))
            .collect();
        let nothing = EnvironmentLock::default();
        let results = spread(&names, |name| {
            let lock = lock.environments.get(name).unwrap_or(&nothing);
            self.environment(source, beside, name, lock, goal)
        });
        let mut report = Report::new(&source.files);
        report.extend(source.warnings.iter().cloned());
        let mut environments = Vec::new();
        let mut locked = BTreeMap::new();
        // What is not compiled now keeps its allocations, as long as the manifest still has it.
        for name in source.environments() {
            locked.extend(lock.environments.get(&name).map(|lock| (name, lock.clone())));
        }
        let everywhere = names.len() == source.environments().len();
        report.extend(in_all(&results).into_iter().filter(|_| everywhere));
        let machines: Vec<Machine> = results.iter().flat_map(|outcome| outcome.machines.clone()).collect();
        for Outcome {
            environment,
            report: mut found,
            lock,
            ..
        } in results
        {
            found.extend(check::between(&machines, &environment.name));
            found.locate(&environment.tree);
            report.absorb(&environment.name, found);
            locked.insert(environment.name.clone(), lock);
            environments.push(environment);
        }
        report.finish();
        Compilation {
            report,
            environments,
            everywhere,
            lock: Lock {
                version: 1,
                environments: locked,
            },
        }
    }

    fn environment(
        &self,
        source: &Source,
        beside: &Utf8Path,
        name: &str,
        lock: &EnvironmentLock,
        goal: Goal,
    ) -> Outcome {
        let mut report = Report::new(&source.files);
        let (tree, found) = source.environment(name, self.schema());
        report.extend(found);
        report.extend(self.validator.nothing(&tree));
        report.locate(&tree);
        let tree = source::fill(source::defaults(tree, self.schema()), self.schema());
        let (tree, found) = source::interpolate(tree, self.schema());
        report.extend(found);
        report.extend(self.validator.validate(&tree));
        let mut compiled = None;
        let mut machines = Vec::new();
        let mut allocated = lock.clone();
        let mut unused = Report::new(&source.files);
        if !report.has_errors() {
            match typed(&tree) {
                Ok(manifest) => {
                    let (assets, found) = Assets::read(&tree, beside);
                    report.extend(found);
                    let resolution = resolved(&tree, &manifest, name, lock, &assets);
                    machines = check::machines(&resolution.site);
                    let checked = check::check(&resolution.site);
                    report.extend(checked.found);
                    report.extend(resolution.found);
                    allocated = resolution.lock;
                    unused.extend(resolution.unused);
                    unused.extend(checked.unused);
                    compiled = (goal == Goal::Files).then(|| emit::site(resolution.site));
                }
                Err(finding) => report.push(*finding),
            }
        }
        report.locate(&tree);
        unused.locate(&tree);
        let environment = EnvironmentResult {
            name: name.to_owned(),
            tree,
            compiled,
        };
        Outcome {
            environment,
            report,
            unused: unused.findings().to_vec(),
            machines,
            lock: allocated,
        }
    }
}

/// What compiling one environment gives.
struct Outcome {
    environment: EnvironmentResult,
    report: Report,
    /// What this environment has no use for.
    unused: Vec<Diagnostic>,
    /// Its hosts, to be held against those of the others.
    machines: Vec<Machine>,
    lock: EnvironmentLock,
}

/// What no environment has a use for.
fn in_all(outcomes: &[Outcome]) -> Vec<Diagnostic> {
    let [first, rest @ ..] = outcomes else {
        return Vec::new();
    };
    let is_everywhere = |finding: &&Diagnostic| rest.iter().all(|other| other.unused.contains(finding));
    first.unused.iter().filter(is_everywhere).cloned().collect()
}

/// What the manifest means.
fn resolved(tree: &Node, manifest: &Manifest, name: &str, lock: &EnvironmentLock, assets: &Assets) -> Resolution {
    let mut resolution = resolve::resolve(manifest, name, lock, assets);
    // The types cannot tell `false` from a default of `false`.
    let backups = tree.child("backups").filter(|node| node.origin.layer != Layer::Default);
    resolution.site.backups_declined = backups.and_then(Node::as_bool) == Some(false);
    resolution
}

/// The tree as typed sections. The schema has seen it, so what fails here is what a schema cannot say.
fn typed(tree: &Node) -> Result<Manifest, Box<Diagnostic>> {
    let json = tree.to_json();
    serde_path_to_error::deserialize(&json).map_err(|error| {
        let pointer = error
            .path()
            .iter()
            .fold(Pointer::root(), |pointer, segment| match segment {
                serde_path_to_error::Segment::Seq { index } => pointer.index(*index),
                serde_path_to_error::Segment::Map { key } => pointer.child(key),
                _ => pointer,
            });
        Box::new(
            Diagnostic::error("invalid-value", error.inner().to_string())
                .at(pointer, "this value")
                .why("The manifest's types do not allow it.")
                .help("see the schema: `sitewright schema`"),
        )
    })
}

impl Compilation {
    /// The files of all environments, if there is no error.
    pub fn bundle(&self) -> Option<Bundle> {
        if self.report.has_errors() {
            return None;
        }
        let compiled: Option<Vec<&Compiled>> = self
            .environments
            .iter()
            .map(|environment| environment.compiled.as_ref())
            .collect();
        Some(Bundle::new(&compiled?, &self.lock, self.everywhere))
    }
}
