//! Frameworks that tell visitors too much.

use crate::check::Rule;
use crate::check::raw::is_on;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "debug-in-production",
    document: include_str!("debug_in_production.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    if !site.is_production() {
        return Vec::new();
    }
    let variables = site.services.iter().flat_map(|service| &service.variables);
    variables
        .filter_map(|variable| {
            let value = variable.value.as_literal()?;
            let better = better(&variable.name, &value)?;
            Some(
                Diagnostic::warning(
                    RULE.code,
                    format!("`{}` is `{value}` in environment `{}`", variable.name, site.environment),
                )
                .at(&variable.origin, "a mode for development")
                .why("An error shows code, settings and queries to whoever caused it.")
                .help(format!(
                    "write `{}: {better}`, and set the other value in the environment that is meant",
                    variable.name
                )),
            )
        })
        .collect()
}

/// What production has instead of this value.
fn better(name: &str, value: &str) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let is = |known: &[&str]| known.contains(&lower.as_str());
    match name {
        "NODE_ENV" | "RAILS_ENV" | "RACK_ENV" => is(&["development", "test"]).then_some("production"),
        // Laravel has `local`, Symfony `dev`.
        "APP_ENV" => is(&["local", "dev", "development"]).then_some("production"),
        "FLASK_ENV" => is(&["development"]).then_some("production"),
        "ASPNETCORE_ENVIRONMENT" | "DOTNET_ENVIRONMENT" => is(&["development"]).then_some("Production"),
        // Elsewhere DEBUG is a list of names.
        "DEBUG" => is(&["true", "on", "yes"]).then_some("false"),
        "APP_DEBUG" | "DJANGO_DEBUG" | "FLASK_DEBUG" => is_on(value).then_some("false"),
        _ => None,
    }
}
