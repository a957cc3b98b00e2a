use super::{Emission, Emitter};
use crate::site::{Host, Site};
pub(crate) const EMITTER: Emitter = Emitter { name: "compose", emit };
fn emit(_: &Site, _: &Host) -> Emission {
    Emission::default()
}
