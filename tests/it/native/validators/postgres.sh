#!/usr/bin/env bash
# Runs within a lint root: starts a server with a bundle's files, asks it what it thinks of them, and applies each SQL
# file twice. What it prints is a finding, but for notes.
#
#   cluster VERSION [SQL…]      Debian's first cluster, as on a host
#   container CONF [SQL…]       a new data directory and one configuration file, as in a container
set -uo pipefail

installed=$(ls /usr/lib/postgresql)
bin=/usr/lib/postgresql/${installed}/bin
mode=$1 what=$2
shift 2
cd / || exit

as() {
  runuser -u postgres -- "$@"
}

# A root has one version. A bundle for another is tried on it, which finds most mistakes.
borrow() {
  local file from=/etc/postgresql/${installed}/main to=/etc/postgresql/$1/main
  echo "note: PostgreSQL $1 is not in this root: ${installed} reads its files"
  mkdir -p "${to}" "/var/lib/postgresql/$1"
  cp -rT "/var/lib/postgresql/${installed}" "/var/lib/postgresql/$1"
  for file in postgresql.conf pg_hba.conf pg_ident.conf; do
    [[ -e ${to}/${file} ]] || sed "s,/${installed}/,/$1/,g; s,${installed}-main,$1-main,g" "${from}/${file}" >"${to}/${file}"
  done
  chown -R postgres: /var/lib/postgresql "/etc/postgresql/$1"
}

options=(-c unix_socket_directories=/run/postgresql -c logging_collector=off -c log_destination=stderr)
if [[ ${mode} == cluster ]]; then
  version=${what/#-/${installed}}
  [[ ${version} == "${installed}" ]] || borrow "${version}"
  options+=(-D "/var/lib/postgresql/${version}/main" -c "config_file=/etc/postgresql/${version}/main/postgresql.conf")
  install -d -o postgres -g postgres -m 2775 /run/postgresql "/run/postgresql/${version}-main.pg_stat_tmp"
else
  install -d -o postgres -g postgres -m 2775 /run/postgresql /run/container
  as "${bin}/initdb" -D /run/container --no-sync >/run/log 2>&1 || cat /run/log
  cp "${what%/*}"/*.conf /run/postgresql/
  chown postgres: /run/postgresql/*.conf
  options+=(-D /run/container -c "config_file=/run/postgresql/${what##*/}")
  [[ ! -e /run/postgresql/pg_hba.conf ]] || options+=(-c hba_file=/run/postgresql/pg_hba.conf)
fi

: >/run/log
as "${bin}/postgres" "${options[@]}" >/run/log 2>&1 &
server=$!
for ((i = 0; i < 150; i++)); do
  grep -q 'ready to accept connections' /run/log && break
  kill -0 "${server}" 2>/dev/null || break
  sleep 0.1
done
port=$(sed -n 's/.*socket "[^"]*PGSQL\.\([0-9]*\)".*/\1/p' /run/log | head -1)

ask() {
  as psql -X -q -At -v ON_ERROR_STOP=1 -h /run/postgresql -p "${port:-5432}" -d postgres "$@" 2>&1
}

if kill -0 "${server}" 2>/dev/null; then
  ask -c "select sourcefile || ':' || sourceline || ': ' || name || ': ' || error from pg_file_settings
    where error is not null
      and name not in ('unix_socket_directories', 'logging_collector', 'log_destination', 'hba_file')"
  ask -c "select 'pg_hba.conf:' || line_number || ': ' || error from pg_hba_file_rules where error is not null"
  ask -c "select 'pg_ident.conf:' || line_number || ': ' || error from pg_ident_file_mappings where error is not null"
  for _ in 1 2; do
    for file in "$@"; do
      ask -f - <"${file}" >/run/said || echo "${file} cannot be applied twice"
      grep -E 'ERROR|WARNING|FATAL' /run/said
    done
  done
else
  echo 'the server does not start'
  cat /run/log
fi
grep -E '(WARNING|FATAL|PANIC): ' /run/log | grep -v 'database system is starting up'
# The server ends with the name space.
exit 0
