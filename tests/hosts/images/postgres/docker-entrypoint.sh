#!/usr/bin/env bash
# What the documentation of the real image promises: POSTGRES_USER, _PASSWORD, _DB and their _FILE forms,
# POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, /docker-entrypoint-initdb.d, root given up, `-c` options passed on.
set -Eeuo pipefail

: "${PGDATA:?}"

# from_file NAME DEFAULT: NAME_FILE names a file that holds the value of NAME; both at once are an error.
from_file() {
  local name=$1 file=${1}_FILE value=$2
  if [[ -n ${!name:-} && -n ${!file:-} ]]; then
    echo "error: both ${name} and ${file} are set (but are exclusive)" >&2
    exit 1
  fi
  if [[ -n ${!name:-} ]]; then
    value=${!name}
  elif [[ -n ${!file:-} ]]; then
    value=$(<"${!file}")
  fi
  export "${name}=${value}"
  unset "${file}"
}

# shellcheck disable=SC2154 # from_file sets them
run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    echo "$0: running ${file}"
    case ${file} in
      *.sh)
        if [[ -x ${file} ]]; then
          "${file}"
        else
          # shellcheck source=/dev/null
          . "${file}"
        fi
        ;;
      *.sql) sql --dbname "${POSTGRES_DB}" --file "${file}" ;;
      *.sql.gz) gunzip -c "${file}" | sql --dbname "${POSTGRES_DB}" ;;
      *) echo "$0: ignoring ${file}" ;;
    esac
  done
}

# shellcheck disable=SC2154
sql() {
  psql -v ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER}" --no-password "$@"
}

initialise() {
  if [[ -z ${POSTGRES_PASSWORD} && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # documented as words
  initdb --username="${POSTGRES_USER}" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD}") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"${PGDATA}/pg_hba.conf"
  PGPASSWORD=${POSTGRES_PASSWORD} pg_ctl -D "${PGDATA}" -o "-c listen_addresses='' -p 5432" -w start
  export PGPASSWORD=${POSTGRES_PASSWORD}
  if [[ ${POSTGRES_DB} != postgres ]]; then
    sql --dbname postgres --set db="${POSTGRES_DB}" <<<'CREATE DATABASE :"db";'
  fi
  shopt -s nullglob
  run_init_files
  pg_ctl -D "${PGDATA}" -m fast -w stop
  unset PGPASSWORD
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
if [[ ${1:-} == postgres ]]; then
  if [[ $(id -u) == 0 ]]; then
    mkdir -p "${PGDATA}"
    chmod 00700 "${PGDATA}"
    find "${PGDATA}" ! -user postgres -exec chown postgres '{}' +
    find /var/run/postgresql ! -user postgres -exec chown postgres '{}' + || true
    exec setpriv --reuid postgres --regid postgres --init-groups -- "$0" "$@"
  fi
  from_file POSTGRES_PASSWORD ''
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "${POSTGRES_USER}"
  if [[ ! -s ${PGDATA}/PG_VERSION ]]; then
    initialise
  fi
fi
exec "$@"
