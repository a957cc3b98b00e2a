//! `plan.tsv`: what the installer does with a host's files, read for owners, modes, packages and checks.

use std::fs;
use std::path::Path;

#[derive(Debug, Default)]
pub(crate) struct Plan {
    records: Vec<Vec<String>>,
}

impl Plan {
    pub(crate) fn read(host: &Path) -> Self {
        let text = fs::read_to_string(host.join("plan.tsv")).unwrap_or_default();
        let records = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split('\t').map(str::to_owned).collect())
            .collect();
        Plan { records }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The fields after the type of every record of one type.
    pub(crate) fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a [String]> {
        self.records
            .iter()
            .filter(move |record| record[0] == kind)
            .map(|record| &record[1..])
    }

    pub(crate) fn records(&self) -> &[Vec<String>] {
        &self.records
    }

    /// The only field of a record that stands once, such as `site`.
    pub(crate) fn one(&self, kind: &str) -> Option<&str> {
        let record = self.records.iter().find(|record| record[0] == kind)?;
        record.get(1).map(String::as_str)
    }

    pub(crate) fn has_package(&self, name: &str) -> bool {
        self.all("package").any(|fields| fields[0] == name)
    }
}
