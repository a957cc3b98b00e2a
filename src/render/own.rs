//! The author's own templates: handlebars in strict mode. Nothing is escaped, for nobody knows what they are written in.
//!
//! `{{secret "name"}}` stands for a secret, which the host fills in as it is; `{{secret "name" "json"}}` names an encoding.

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason, Template, no_escape,
};
use serde_json::Value;

use super::helpers;
use crate::site::{Encoding, placeholder};

const ENCODINGS: [Encoding; 9] = [
    Encoding::Raw,
    Encoding::Url,
    Encoding::Env,
    Encoding::Sql,
    Encoding::Json,
    Encoding::Sha256,
    Encoding::Conf,
    Encoding::Pgpass,
    Encoding::Pem,
];

const NAME: &str = "own";

/// Renders a template with what it may name; an error is a sentence with the line.
pub(crate) fn own(template: &str, data: &Value) -> Result<String, String> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    helpers::register(&mut engine);
    engine.register_helper("secret", Box::new(secret));
    let parsed = Template::compile(template).map_err(|error| at(error.pos().map(|(line, _)| line), error.reason()))?;
    engine.register_template(NAME, parsed);
    let rendered = engine.render(NAME, data);
    let text = rendered.map_err(|error| match error.reason() {
        RenderErrorReason::MissingVariable(Some(name)) => at(error.line_no, format!("there is no `{name}`")),
        reason => at(error.line_no, reason),
    })?;
    if text.contains([helpers::MARK_BEGIN, helpers::MARK_END]) {
        return Err("`mark` is for Sitewright's own templates".to_owned());
    }
    Ok(text)
}

fn at(line: Option<usize>, reason: impl std::fmt::Display) -> String {
    let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    format!("{line}{reason}")
}

fn secret(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let word = |index| helper.param(index).and_then(|word| word.value().as_str());
    let name = word(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("secret", 0))?;
    let encoding = match word(1) {
        None => Encoding::Raw,
        Some(wanted) => ENCODINGS
            .into_iter()
            .find(|encoding| encoding.to_string() == wanted)
            .ok_or_else(|| {
                let known = ENCODINGS.map(|encoding| encoding.to_string()).join(", ");
                RenderErrorReason::Other(format!("`{wanted}` is no encoding; these are: {known}"))
            })?,
    };
    out.write(&placeholder(name, encoding))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::own;
    use serde_json::json;

    #[test]
    fn values_and_secrets_stand_as_they_are() {
        let data = json!({"site": {"domain": "acme.example"}, "uses": {"db": {"port": 5432}}});
        assert_eq!(
            own(
                "{{site.domain}} & {{uses.db.port}} {{secret \"key\"}} \"{{secret 'key' 'json'}}\"\n",
                &data
            )
            .unwrap(),
            "acme.example & 5432 {{secret:key:raw}} \"{{secret:key:json}}\"\n"
        );
    }

    #[test]
    fn mistakes_say_where() {
        for (template, wanted) in [
            ("a\n{{site.nme}}\n", "line 2: there is no `site.nme`"),
            ("{{#if missing}}x{{/if}}", "line 1"),
            ("{{secret}}", "secret"),
            ("{{secret 'key' 'base64'}}", "`base64` is no encoding"),
            ("{{#each}", "line"),
            ("{{mark 'x'}}", "`mark` is for"),
        ] {
            let error = own(template, &json!({"site": {}})).unwrap_err();
            assert!(error.contains(wanted), "{template}: {error}");
        }
    }
}
