//! PostgreSQL: a real server on a socket reads the files, and is asked what it thinks of each; roles are applied twice.

use super::{ROOT, Validator};
use crate::native::fill::DUMMY;
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::{Layer, each};

const SCRIPT: &str = include_str!("postgres.sh");

fn takes(file: &File) -> bool {
    let container = file.at.contains("/postgres/") && file.ends(&[".conf"]);
    file.under("/etc/postgresql") || (file.under("/etc") && (container || file.ends(&[".sql"])))
}

pub(crate) static SERVER: Validator = Validator {
    name: "postgres",
    family: "postgres",
    needs: &[ROOT],
    takes,
    run: |host, files| {
        let layer = Layer::of(host);
        let mut findings = Vec::new();
        let mut ask = |file: &File, arguments: String| {
            let said = layer.run(&format!(
                "cat >/run/check <<'END'\n{SCRIPT}\nEND\nbash /run/check {arguments}"
            ));
            for line in said.lines(|line| line.starts_with("note: ")) {
                findings.push(Finding::new(&file.at, line));
            }
        };
        // A server in a container has its configuration beside its SQL.
        let containers: Vec<&File> = files
            .iter()
            .copied()
            .filter(|file| file.name() == "postgresql.conf" && !file.under("/etc/postgresql"))
            .collect();
        for file in &containers {
            ask(
                file,
                format!(
                    "container '{}'{}",
                    file.at,
                    sql(files, |other| folder(other) == folder(file))
                ),
            );
        }
        let native = |file: &&&File| !containers.iter().any(|container| folder(container) == folder(file));
        if let Some(first) = files.iter().find(native) {
            let version = |file: &&File| {
                file.at
                    .strip_prefix("/etc/postgresql/")?
                    .split('/')
                    .next()
                    .map(str::to_owned)
            };
            let version = files.iter().find_map(version).unwrap_or_else(|| "-".to_owned());
            ask(
                first,
                format!(
                    "cluster '{version}'{}",
                    sql(files, |file| !containers
                        .iter()
                        .any(|container| folder(container) == folder(file)))
                ),
            );
        }
        findings
    },
    generic: false,
};

fn folder(file: &File) -> &str {
    file.at.rsplit_once('/').map_or("/", |(folder, _)| folder)
}

/// The SQL files as arguments.
fn sql(files: &[&File], of: impl Fn(&File) -> bool) -> String {
    let files = files.iter().filter(|file| file.ends(&[".sql"]) && of(file));
    files.map(|file| format!(" '{}'", file.at)).collect()
}

pub(crate) static CLUSTER: Validator = Validator {
    name: "createcluster",
    family: "postgres",
    needs: &[ROOT],
    takes: |file| file.under("/etc/postgresql-common"),
    // The package's script makes its first cluster by these.
    run: |host, files| {
        let script = "cd /; pg_createcluster -d /run/cluster $(ls /usr/lib/postgresql) native >/run/said 2>&1 || cat /run/said\n\
                      grep -iE 'error|invalid|unknown|warning' /run/said";
        let said = Layer::of(host).run(script);
        let lines = said.lines(|_| false);
        lines.into_iter().map(|line| Finding::new(&files[0].at, line)).collect()
    },
    generic: false,
};

pub(crate) static PASSFILE: Validator = Validator {
    name: "passfile",
    family: "postgres",
    needs: &[ROOT],
    takes: |file| file.under("/etc") && file.name() == "passfile",
    // A server that wants the password of the first line's user, and a client that has only this file to know it from. It
    // is the file's owner, as in a container, where it has no way through the folder.
    run: |host, files| {
        let script = |file: &File| {
            format!(
                "cd /; bin=$(echo /usr/lib/postgresql/*/bin); as() {{ runuser -u postgres -- \"$@\"; }}\n\
                 install -d -o postgres -g postgres /run/asked; echo '{DUMMY}' >/run/password\n\
                 user=$(cut -d: -f4 '{0}' | head -n 1)\n\
                 as $bin/initdb -D /run/asked/data -U \"$user\" -A scram-sha-256 --pwfile /run/password --no-sync >/run/said 2>&1 || cat /run/said\n\
                 as $bin/pg_ctl -D /run/asked/data -o '-k /run/asked -c listen_addresses=' -w -l /run/asked/log start >/run/said 2>&1 || cat /run/said\n\
                 cp -p '{0}' /run/passfile\n\
                 setpriv --reuid \"$(stat -c %u /run/passfile)\" --clear-groups psql --no-password -X -q -At -d \"host=/run/asked user=$user dbname=postgres passfile=/run/passfile\" -c 'SELECT' 2>&1",
                file.at
            )
        };
        each(&Layer::of(host), files, script, |_| false)
    },
    generic: false,
};
