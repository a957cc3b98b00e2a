//! What is refused in a YAML file, and what to do about it.

use saphyr_parser::ScanError;

use super::anchors::Unusable;
use crate::diag::{At, Diagnostic};
use crate::source::place::Place;

pub(super) fn number(text: &str, why: String, place: Place) -> Diagnostic {
    Diagnostic::error("yaml-number", why)
        .at(place, "this number")
        .help(format!("write \"{text}\" in quotes if a text is meant"))
}

pub(super) fn duplicate_key(key: &str, again: Place, first: Option<Place>) -> Diagnostic {
    Diagnostic::error("duplicate-key", format!("the key `{key}` stands twice in the same map"))
        .at(again, "again here")
        .at(first, "first here")
        .why("one of the two would be lost")
        .help("keep one of them, or put what stands under both together")
}

pub(super) fn merge_key(place: Place) -> Diagnostic {
    Diagnostic::error("merge-key", "the merge key `<<` is not part of YAML 1.2")
        .at(place, "this key")
        .why("a manifest has one merge rule: defaults lie under services, environments over the whole")
        .help("put what is shared under `defaults: {all: …}`, or write `\"<<\"` if a plain key is meant")
}

pub(super) fn null_key(place: Place) -> Diagnostic {
    Diagnostic::error("yaml-key", "a key must be a text, and this one is null")
        .at(place, "this key")
        .help("name the key, or put it in quotes")
}

pub(super) fn key_is_no_text(place: Place) -> Diagnostic {
    Diagnostic::error("yaml-key", "a key must be a text, not a map, a list or an alias")
        .at(place, "this stands where a key is expected")
        .help("if it begins with `{`, `[` or `*`, put it in quotes")
}

pub(super) fn tag(place: Place) -> Diagnostic {
    Diagnostic::error("yaml-tag", "tags (`!name`) have no meaning here")
        .at(place, "this value has a tag")
        .help("remove the tag, or put the text in quotes if the `!` belongs to it")
}

pub(super) fn too_deep(place: Place, most: usize) -> Diagnostic {
    Diagnostic::error("too-deep", format!("maps and lists are nested more than {most} deep"))
        .at(place, "here it gets too deep")
        .help("no setting of a site needs that: look for brackets that are never closed")
}

pub(super) fn too_many_values(place: Option<Place>, most: usize) -> Diagnostic {
    Diagnostic::error("too-large", format!("there are more than {most} values in this file"))
        .at(place, "here it gets too many")
        .help("split the site into several manifests")
}

pub(super) fn second_document(place: Place) -> Diagnostic {
    Diagnostic::error("several-documents", "there is more than one document in this file")
        .at(place, "a second document begins here")
        .help("put it into a file of its own and name it under `include:`, or remove the `---`")
}

pub(super) fn nothing(place: Place) -> Diagnostic {
    Diagnostic::error("empty-file", "there is nothing in this file")
        .at(place, "")
        .help("`sitewright init` writes a manifest to begin with")
}

pub(super) fn alias(why: &Unusable, place: Option<Place>) -> Diagnostic {
    match why {
        Unusable::Itself => Diagnostic::error("alias-cycle", "this alias stands inside the value that it names")
            .at(At::from(place), "stands for itself")
            .help("write the inner value out"),
        Unusable::TooMany => Diagnostic::error("alias-bomb", "the aliases of this file grow into too many values")
            .at(At::from(place), "here it gets too many")
            .help("write the values out, or put what is shared under `defaults:`"),
    }
}

/// `rest` is the text from where the parser stopped.
pub(super) fn syntax(error: &ScanError, place: Place, rest: &str) -> Diagnostic {
    Diagnostic::error("yaml-syntax", format!("this is not YAML: {}", error.info()))
        .at(place, "the reader got stuck here")
        .help(remedy(error.info(), rest))
}

fn remedy(info: &str, rest: &str) -> &'static str {
    if rest.starts_with('\t') || info.contains("tab") {
        "indent with spaces: YAML does not allow tabs"
    } else if rest.starts_with(['@', '`', '%']) {
        "put the text in quotes: YAML reserves its first character"
    } else if info.contains("mapping values") {
        "put the text in quotes if `: ` belongs to it; otherwise the line before lacks its `:`, or this key a line of its own"
    } else if info.contains("anchor or alias") {
        "put the text in quotes if it begins with `*` or `&`"
    } else if info.contains("unknown anchor") {
        "define it with `&name` before it is used, or put the text in quotes if the `*` belongs to it"
    } else if info.contains("quoted scalar") {
        "close the quote that was opened"
    } else if info.contains("invalid indentation") {
        "close the `{` or `[` before this line, or indent this line"
    } else if info.contains("flow") {
        "look for a `{`, `[` or `,` that is missing or one too many before this"
    } else {
        "look at the indentation of this line and the one before, and for a missing `:`, a blank after it, or a quote"
    }
}
