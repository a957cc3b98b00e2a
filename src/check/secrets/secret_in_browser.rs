//! Secrets in variables that frameworks send to every visitor.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "secret-in-browser",
    document: include_str!("secret_in_browser.md"),
    find,
};

/// How such variables begin, and whose they are.
const PREFIXES: [(&str, &str); 7] = [
    ("EXPO_PUBLIC_", "Expo"),
    ("GATSBY_", "Gatsby"),
    ("NEXT_PUBLIC_", "Next.js"),
    ("NUXT_PUBLIC_", "Nuxt"),
    ("REACT_APP_", "Create React App"),
    ("VITE_", "Vite"),
    ("VUE_APP_", "Vue"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let variables = site.services.iter().flat_map(|service| &service.variables);
    variables
        .filter_map(|variable| {
            let secret = variable.value.secrets().next()?;
            let (prefix, whose) = PREFIXES.into_iter().find(|(prefix, _)| variable.name.starts_with(prefix))?;
            let title = format!("`{}` goes to every browser, and holds a secret", variable.name);
            Some(
                Diagnostic::warning(RULE.code, title)
                    .at(&variable.origin, format!("the secret `{secret}`"))
                    .why(format!("{whose} puts variables that begin with `{prefix}` into the pages that it sends."))
                    .help("rename the variable if only the server needs it; if visitors may know the value, write it out: it is no secret"),
            )
        })
        .collect()
}
