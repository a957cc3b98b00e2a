//! Programs that believe any certificate.

use crate::check::Rule;
use crate::check::raw::is_off;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "tls-not-verified",
    document: include_str!("tls_not_verified.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let variables = site.services.iter().flat_map(|service| &service.variables);
    variables
        .filter_map(|variable| {
            let value = variable.value.as_literal()?;
            let instead = instead(&variable.name, &value)?;
            Some(
                Diagnostic::warning(
                    RULE.code,
                    format!("`{}` turns off the check of certificates", variable.name),
                )
                .at(&variable.origin, "for every connection of the process")
                .why("Whoever stands between the program and any server reads and changes what they say.")
                .help(format!(
                    "remove it, and trust the one certificate that is meant: {instead}"
                )),
            )
        })
        .collect()
}

/// What to write instead of a variable that turns the check off.
fn instead(name: &str, value: &str) -> Option<&'static str> {
    match name {
        "NODE_TLS_REJECT_UNAUTHORIZED" => (value == "0").then_some("`NODE_EXTRA_CA_CERTS: /path/of/ca.pem`"),
        "PYTHONHTTPSVERIFY" => (value == "0").then_some("`SSL_CERT_FILE: /path/of/ca.pem`"),
        "GIT_SSL_NO_VERIFY" => (!value.is_empty() && !is_off(value)).then_some("`GIT_SSL_CAINFO: /path/of/ca.pem`"),
        "NPM_CONFIG_STRICT_SSL" | "npm_config_strict_ssl" => {
            is_off(value).then_some("`NPM_CONFIG_CAFILE: /path/of/ca.pem`")
        }
        _ => None,
    }
}
