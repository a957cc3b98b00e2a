use super::*;
use serde_json::json;

fn run(json: serde_json::Value) -> (serde_json::Value, Vec<String>) {
    let schema = Schema::new(json!({"properties": {"port": {"x-short": "listen"}}}));
    let (root, findings) = interpolate(Node::from_json(&json, &Origin::DEFAULT), &schema);
    (
        root.to_json(),
        findings
            .iter()
            .map(|finding| format!("{}: {}", finding.code, finding.help))
            .collect(),
    )
}

#[test]
fn references_resolve_through_others_and_keep_their_type() {
    let (root, findings) = run(json!({
        "site": {"domain": "x.org", "www": "www.${site.domain}"},
        "routes": {"a.b.": {"to": "web"}},
        "port": {"listen": 80, "host": 1},
        "list": ["${site.www}:${port}", "${port}", "$${HOME} $$${x}", "${routes.a.b..to}", "${list.1}", "$x ${port}${port}"],
    }));
    assert_eq!(findings, [""; 0]);
    assert_eq!(
        root["list"],
        json!(["www.x.org:80", 80, "${HOME} $${x}", "web", 80, "$x 8080"])
    );
}

#[test]
fn what_cannot_be_resolved_is_told_once() {
    for (value, told) in [
        ("${site.domian}", "bad-reference: did you mean `${site.domain}`?"),
        ("${sites.domain}", "bad-reference: did you mean `${site.domain}`?"),
        ("${HOME}", "bad-reference: name a value"),
        ("${}", "bad-reference: name a value"),
        ("${site.zzzzz}", "bad-reference: `site` has `domain`"),
        ("${site", "bad-reference: write `$${`"),
        (
            "${site}",
            "bad-reference: refer to one of its values: it has `site.domain`",
        ),
        ("${a}", "reference-cycle: write one"),
        ("${secrets.key}", "bad-reference: write `{secret: name}`"),
        ("${env.KEY}", "bad-reference: write `{secret: name}`"),
    ] {
        let site =
            json!({"site": {"domain": "x"}, "secrets": {"key": {}}, "env": {"KEY": {"secret": "key"}}, "a": value});
        let (root, findings) = run(site.clone());
        assert_eq!(root, site);
        assert_eq!(findings.len(), 1, "{value}: {findings:?}");
        assert!(findings[0].starts_with(told), "{value}: {findings:?}");
    }
    let (_, findings) = run(json!({"a": "${b}", "b": "${c}x", "c": "${a}${b}", "d": "${a}"}));
    assert!(
        findings.iter().all(|told| told.starts_with("reference-cycle")),
        "{findings:?}"
    );
}

#[test]
fn texts_do_not_grow_without_bound() {
    let doubling = |i| {
        (
            format!("k{i:02}"),
            format!("${{k{:02}}}${{k{:02}}}", i + 1, i + 1).into(),
        )
    };
    let mut laughs: serde_json::Map<String, serde_json::Value> = (0..40).map(doubling).collect();
    laughs.insert("k40".into(), "ha".into());
    let (_, findings) = run(laughs.into());
    assert!(
        !findings.is_empty() && findings.iter().all(|told| told.contains("write some of them out")),
        "{findings:?}"
    );
}

#[test]
fn long_chains_do_not_reach_the_end_of_the_stack() {
    let chain: serde_json::Map<String, serde_json::Value> = (0..5_000)
        .map(|i| (format!("k{i:04}"), format!("${{k{:04}}}", i + 1).into()))
        .chain([("k5000".into(), 1.into())])
        .collect();
    let (_, findings) = run(chain.into());
    assert!(findings.iter().all(|told| told.starts_with("bad-reference")));
}
