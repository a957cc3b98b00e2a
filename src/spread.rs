//! Work over many things on all processors, and over few things on one.

use rayon::prelude::*;

/// Starting threads for less than this costs more than it saves.
const MANY: usize = 8;

/// The results in the order of the items.
pub(crate) fn spread<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() < MANY {
        items.iter().map(work).collect()
    } else {
        items.par_iter().map(work).collect()
    }
}
