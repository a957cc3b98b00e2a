//! What several instances or hosts have in common, told once.

/// Each item once, in the order of the first of them: instances of a service are alike, and so are hosts.
pub(super) fn once<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut known: Vec<T> = Vec::new();
    for item in items {
        if !known.contains(&item) {
            known.push(item);
        }
    }
    known
}
