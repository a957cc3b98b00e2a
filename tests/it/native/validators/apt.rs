//! apt: its settings, its sources, and whether the plan's packages exist.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::layer::{Layer, each};

pub(crate) static CONF: Validator = Validator {
    name: "apt-config",
    family: "apt",
    needs: &[ROOT],
    takes: |file| file.under("/etc/apt/apt.conf.d"),
    run: |host, files| {
        each(
            &Layer::of(host),
            files,
            |file| format!("apt-config -c '{}' dump >/dev/null", file.at),
            |_| false,
        )
    },
    generic: false,
};

pub(crate) static SOURCES: Validator = Validator {
    name: "apt-sources",
    family: "apt",
    needs: &[ROOT],
    takes: |file| file.under("/etc/apt/sources.list.d") || file.under("/etc/apt/preferences.d"),
    run: |host, files| {
        let said = Layer::of(host).run("apt-get indextargets >/dev/null && apt-cache policy >/dev/null");
        let mut findings: Vec<Finding> = said
            .lines(|_| false)
            .into_iter()
            .map(|line| Finding::new(&files[0].at, line))
            .collect();
        for file in files.iter().filter(|file| file.under("/etc/apt/sources.list.d")) {
            if !file.ends(&[".sources"]) {
                findings.push(Finding::new(&file.at, "not in the deb822 form"));
            } else if !file.text().contains("\nSigned-By: ") {
                findings.push(Finding::new(&file.at, "no Signed-By: any trusted key could sign it"));
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static PACKAGES: Validator = Validator {
    name: "apt-packages",
    family: "apt",
    needs: &[ROOT],
    takes: |file| file.at == "plan.tsv",
    run: |host, _| {
        // Another repository may have what Debian does not.
        if host.files.iter().any(|file| file.under("/etc/apt/sources.list.d")) {
            return Vec::new();
        }
        let names: Vec<&str> = host.plan.all("package").map(|fields| fields[0].as_str()).collect();
        let script =
            "for p in $(</dev/stdin); do apt-cache show \"$p\" >/dev/null 2>&1 || echo \"no package $p\"; done";
        let said = Layer::of(host).run(&format!("bash -c '{script}' <<<'{}'", names.join(" ")));
        said.lines(|_| false)
            .into_iter()
            .map(|line| Finding::new("plan.tsv", line))
            .collect()
    },
    generic: true,
};
