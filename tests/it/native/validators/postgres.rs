//! PostgreSQL: a real server on a socket reads the files, and is asked what it thinks of each; roles are applied twice.

use std::fmt::Write;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::Layer;

fn takes(file: &File) -> bool {
    file.under("/etc/postgresql") || (file.at.starts_with('/') && file.ends(&[".sql"]))
}

pub(crate) static SERVER: Validator = Validator {
    name: "postgres",
    family: "postgres",
    needs: &[ROOT],
    takes,
    run: |host, files| {
        let version = files
            .iter()
            .find_map(|file| file.at.strip_prefix("/etc/postgresql/")?.split('/').next());
        let sql: Vec<&str> = files
            .iter()
            .filter(|file| file.ends(&[".sql"]))
            .map(|file| file.at.as_str())
            .collect();
        if version.is_none() && host.files.iter().any(|file| file.name().starts_with("compose.")) {
            // The image's own entry point applies these, to a server that the compose file configures.
            return apply_to_bare(&Layer::of(host), &sql);
        }
        let said = Layer::of(host).run(&script(version, &sql));
        let lines = said.lines(|line| line.starts_with("note: "));
        let at = files.first().map_or("/etc/postgresql", |file| file.at.as_str());
        lines.into_iter().map(|line| Finding::new(at, line)).collect()
    },
    generic: false,
};

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

fn apply_to_bare(layer: &Layer, sql: &[&str]) -> Vec<Finding> {
    let said = layer.run(&script(None, sql));
    said.lines(|line| line.starts_with("note: "))
        .into_iter()
        .map(|line| Finding::new(sql.first().copied().unwrap_or_default(), line))
        .collect()
}

fn script(version: Option<&str>, sql: &[&str]) -> String {
    // A root has one version; a bundle for another is tried on it, which finds most mistakes.
    let mut script = String::from("cd /\ninstalled=$(ls /usr/lib/postgresql)\n");
    let _ = writeln!(script, "wanted={}", version.unwrap_or("$installed"));
    script.push_str(
        r#"
if [ "$wanted" != "$installed" ]; then
  mkdir -p "/etc/postgresql/$installed/main" "/var/lib/postgresql/$wanted"
  cp -rT "/var/lib/postgresql/$installed" "/var/lib/postgresql/$wanted"
  for f in postgresql.conf pg_hba.conf pg_ident.conf; do
    [ -e "/etc/postgresql/$wanted/main/$f" ] || sed "s,/$installed/,/$wanted/,g; s,$installed-main,$wanted-main,g" "/etc/postgresql/$installed/main/$f" >"/etc/postgresql/$wanted/main/$f"
  done
  chown -R postgres: /var/lib/postgresql "/etc/postgresql/$wanted"
  echo "note: PostgreSQL $wanted is not in this root: $installed reads its files"
fi
bin=/usr/lib/postgresql/$installed/bin
conf=/etc/postgresql/$wanted/main
install -d -o postgres -g postgres -m 2775 /run/postgresql "/run/postgresql/$wanted-main.pg_stat_tmp"
# The certificates' owners are the installer's business, which has no plan here.
as() { runuser -u postgres -- "$@"; }
as "$bin/postgres" -D "/var/lib/postgresql/$wanted/main" -c "config_file=$conf/postgresql.conf" \
  -c unix_socket_directories=/run/postgresql -c logging_collector=off -c log_destination=stderr >/run/log 2>&1 &
server=$!
for i in $(seq 100); do
  as "$bin/pg_isready" -q -h /run/postgresql && break
  kill -0 $server 2>/dev/null || break
  sleep 0.1
done
port=$(sed -n 's/.*socket "[^"]*PGSQL\.\([0-9]*\)".*/\1/p' /run/log | head -1)
ask() { as psql -X -q -At -v ON_ERROR_STOP=1 -h /run/postgresql -p "${port:-5432}" -d postgres "$@" 2>&1; }
if kill -0 $server 2>/dev/null; then
  ask -c "select sourcefile || ':' || sourceline || ': ' || name || ': ' || error from pg_file_settings where error is not null
    and name not in ('unix_socket_directories', 'logging_collector', 'log_destination')"
  ask -c "select 'pg_hba.conf:' || line_number || ': ' || error from pg_hba_file_rules where error is not null"
  ask -c "select 'pg_ident.conf:' || line_number || ': ' || error from pg_ident_file_mappings where error is not null"
"#,
    );
    for _ in 0..2 {
        for file in sql {
            let _ = writeln!(
                script,
                "  ask -f - <'{file}' >/run/said || {{ echo '{file} cannot be applied twice'; }}"
            );
            script.push_str("  grep -E 'ERROR|WARNING|FATAL' /run/said\n");
        }
    }
    script.push_str(
        r#"else
  echo 'the server does not start'
  cat /run/log
fi
grep -E '(WARNING|ERROR|FATAL|PANIC): ' /run/log | grep -v 'database system is starting up'
true
"#,
    );
    script
}
