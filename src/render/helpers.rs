//! Helpers of every template.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy as _, Output, RenderContext, RenderErrorReason,
    Renderable,
};

pub(super) const MARK_BEGIN: char = '\u{E000}';
pub(super) const MARK_END: char = '\u{E001}';

pub(super) fn register(engine: &mut Handlebars<'_>) {
    engine.register_helper("if", Box::new(Condition { expected: true }));
    engine.register_helper("unless", Box::new(Condition { expected: false }));
    engine.register_helper("mark", Box::new(mark));
}

/// `if` and `unless` that refuse a name that the view lacks; handlebars' own take it for false even in strict mode.
struct Condition {
    expected: bool,
}

impl HelperDef for Condition {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render_context: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = if self.expected { "if" } else { "unless" };
        let value = helper
            .param(0)
            .ok_or(RenderErrorReason::ParamNotFoundForIndex(name, 0))?;
        if value.is_value_missing() {
            return Err(RenderErrorReason::MissingVariable(value.relative_path().cloned()).into());
        }
        let branch = if value.value().is_truthy(false) == self.expected {
            helper.template()
        } else {
            helper.inverse()
        };
        branch.map_or(Ok(()), |branch| branch.render(registry, context, render_context, out))
    }
}

fn mark(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let origin = helper
        .param(0)
        .and_then(|origin| origin.value().as_str())
        .ok_or(RenderErrorReason::ParamNotFoundForIndex("mark", 0))?;
    out.write(&format!("{MARK_BEGIN}{origin}{MARK_END}"))?;
    Ok(())
}
