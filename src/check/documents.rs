//! The documents of all codes that a user can see.

/// The document of a code.
pub fn document(code: &str) -> Option<&'static str> {
    DOCUMENTS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, document)| *document)
}

/// All codes that have a document.
pub fn codes() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().map(|(code, _)| *code)
}

/// Code and document, by code.
const DOCUMENTS: &[(&str, &str)] = &[
    ("alias-bomb", include_str!("docs/alias-bomb.md")),
    ("alias-cycle", include_str!("docs/alias-cycle.md")),
    ("backup-same-disk", include_str!("docs/backup-same-disk.md")),
    ("bad-reference", include_str!("docs/bad-reference.md")),
    ("challenge-unanswered", include_str!("docs/challenge-unanswered.md")),
    ("derived-setting", include_str!("docs/derived-setting.md")),
    ("docker-socket", include_str!("docs/docker-socket.md")),
    ("duplicate-key", include_str!("docs/duplicate-key.md")),
    ("duplicate-route", include_str!("docs/duplicate-route.md")),
    ("empty-file", include_str!("docs/empty-file.md")),
    ("empty-pattern", include_str!("docs/empty-pattern.md")),
    ("environment-cycle", include_str!("docs/environment-cycle.md")),
    ("extension-not-in-image", include_str!("docs/extension-not-in-image.md")),
    ("files-elsewhere", include_str!("docs/files-elsewhere.md")),
    ("image-not-pinned", include_str!("docs/image-not-pinned.md")),
    ("include-cycle", include_str!("docs/include-cycle.md")),
    ("invalid-key", include_str!("docs/invalid-key.md")),
    ("invalid-value", include_str!("docs/invalid-value.md")),
    ("key-choice", include_str!("docs/key-choice.md")),
    ("literal-secret", include_str!("docs/literal-secret.md")),
    ("memory-budget", include_str!("docs/memory-budget.md")),
    ("merge-key", include_str!("docs/merge-key.md")),
    ("missing-key", include_str!("docs/missing-key.md")),
    ("no-admin", include_str!("docs/no-admin.md")),
    ("no-backup", include_str!("docs/no-backup.md")),
    ("no-placement", include_str!("docs/no-placement.md")),
    ("no-port", include_str!("docs/no-port.md")),
    ("no-such-file", include_str!("docs/no-such-file.md")),
    ("no-tls-in-container", include_str!("docs/no-tls-in-container.md")),
    ("not-built", include_str!("docs/not-built.md")),
    ("not-http", include_str!("docs/not-http.md")),
    ("not-replicated", include_str!("docs/not-replicated.md")),
    ("not-utf8", include_str!("docs/not-utf8.md")),
    ("out-of-range", include_str!("docs/out-of-range.md")),
    ("pattern-too-wide", include_str!("docs/pattern-too-wide.md")),
    ("port-conflict", include_str!("docs/port-conflict.md")),
    ("reference-cycle", include_str!("docs/reference-cycle.md")),
    ("repeated-value", include_str!("docs/repeated-value.md")),
    ("reserved-name", include_str!("docs/reserved-name.md")),
    ("role-conflict", include_str!("docs/role-conflict.md")),
    ("several-documents", include_str!("docs/several-documents.md")),
    ("too-deep", include_str!("docs/too-deep.md")),
    ("too-few-connections", include_str!("docs/too-few-connections.md")),
    ("too-large", include_str!("docs/too-large.md")),
    ("too-much-memory", include_str!("docs/too-much-memory.md")),
    ("two-clusters", include_str!("docs/two-clusters.md")),
    ("two-servers", include_str!("docs/two-servers.md")),
    ("unknown-channel", include_str!("docs/unknown-channel.md")),
    ("unknown-data", include_str!("docs/unknown-data.md")),
    ("unknown-database", include_str!("docs/unknown-database.md")),
    ("unknown-environment", include_str!("docs/unknown-environment.md")),
    ("unknown-host", include_str!("docs/unknown-host.md")),
    ("unknown-key", include_str!("docs/unknown-key.md")),
    ("unknown-process", include_str!("docs/unknown-process.md")),
    ("unknown-rule", include_str!("docs/unknown-rule.md")),
    ("unknown-secret", include_str!("docs/unknown-secret.md")),
    ("unknown-service", include_str!("docs/unknown-service.md")),
    ("unknown-value", include_str!("docs/unknown-value.md")),
    ("unreadable-file", include_str!("docs/unreadable-file.md")),
    ("unsupported-version", include_str!("docs/unsupported-version.md")),
    ("unused-secret", include_str!("docs/unused-secret.md")),
    ("which-database", include_str!("docs/which-database.md")),
    ("wildcard-needs-dns", include_str!("docs/wildcard-needs-dns.md")),
    ("wrong-type", include_str!("docs/wrong-type.md")),
    ("yaml-key", include_str!("docs/yaml-key.md")),
    ("yaml-number", include_str!("docs/yaml-number.md")),
    ("yaml-syntax", include_str!("docs/yaml-syntax.md")),
    ("yaml-tag", include_str!("docs/yaml-tag.md")),
];
