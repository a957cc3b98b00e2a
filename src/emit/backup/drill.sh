# ---- trying whether it would come back -------------------------------------------------------------------------------
# The newest whole snapshot of each source goes into a scratch place and is looked at; nothing live is touched.

drill_postgres() { # SOURCE ID
  local scratch=restore_test_$$
  fetch "$1" "$2" "${WORK}/dump"
  inside pg_restore --list <"${WORK}/dump" >"${WORK}/contents"
  room_for_database "${WORK}/dump" "${FIELDS[0]}"
  SCRATCH_DATABASE=${scratch}
  psql_as_admin postgres <<<"CREATE DATABASE ${scratch} TEMPLATE template0"
  inside pg_restore --no-owner --no-privileges --exit-on-error --no-password --dbname "${scratch}" <"${WORK}/dump"
  check_tables "${scratch}" "$1"
  check_indexes "${scratch}"
  psql_as_admin postgres <<<"DROP DATABASE ${scratch}"
  SCRATCH_DATABASE=''
}

check_indexes() { # DATABASE
  local there
  there=$(psql_as_admin "$1" <<<"SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'")
  [[ -n ${there} ]] || return 0
  psql_as_admin "$1" >/dev/null <<SQL
CREATE EXTENSION IF NOT EXISTS amcheck;
SELECT bt_index_check(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND c.relpersistence <> 't' AND n.nspname !~ '^pg_';
SQL
}

drill_globals() { # SOURCE ID
  local roles
  fetch "$1" "$2" "${WORK}/dump"
  roles=$(grep -c '^CREATE ROLE ' "${WORK}/dump" || true)
  ((roles > 0)) || die "the dump has no roles"
  grep -q 'PostgreSQL database cluster dump complete' "${WORK}/dump" || die "the dump has no end"
  say "$1: ${roles} roles"
}

drill_redis() { # SOURCE ID
  local image
  fetch "$1" "$2" "${WORK}/dump"
  if [[ ${ACCESS} == native ]]; then
    redis-check-rdb "${WORK}/dump" >"${WORK}/checked"
  else
    image=$(container_id "${IN}")
    image=$(docker inspect --format '{{.Config.Image}}' "${image}")
    chmod 0711 "${STATE}" "${STATE}/work" "${WORK}"
    chmod 0644 "${WORK}/dump"
    docker run --rm --network none --read-only --volume "${WORK}/dump:/dump:ro" --entrypoint redis-check-rdb "${image}" /dump \
      >"${WORK}/checked"
  fi
  REPLY=$(grep -oE '[0-9]+ keys read' "${WORK}/checked" || true)
  say "$1: ${REPLY:-checked}"
}

drill_sqlite() { # SOURCE ID
  local answer
  fetch "$1" "$2" "${WORK}/dump"
  answer=$(sqlite3 "${WORK}/dump" 'PRAGMA integrity_check; PRAGMA foreign_key_check')
  [[ ${answer} == ok ]] || die "not whole: ${answer}"
  say "$1: whole"
}

# Every file is read back and compared with what the repository says of it.
drill_files() { # SOURCE ID
  local size files there
  size=$(snapshot_size "$2")
  enough_space "${size}" "${WORK}"
  rm -rf "${WORK}/files"
  restic_ restore --quiet "$2" --target "${WORK}/files" --verify >&2
  files=$(restic_ ls --json "$2" | jq -s 'map(select(.struct_type == "node" and .type == "file")) | length')
  there=$(find "${WORK}/files" -type f -printf . | wc -c)
  rm -rf "${WORK}/files"
  ((files == there)) || die "${there} of ${files} files came back"
  say "$1: ${files} files, ${size} bytes"
}

drill_one() { # SOURCE
  local id
  # A run that breaks off leaves no database behind.
  SCRATCH_DATABASE=''
  trap '[[ -z ${SCRATCH_DATABASE} ]] || psql_as_admin postgres <<<"DROP DATABASE IF EXISTS ${SCRATCH_DATABASE}"' EXIT
  open_source "$1"
  read_only_if_needed
  id=$(find_snapshot "$1")
  case ${KIND} in
    globals) drill_globals "$1" "${id}" ;;
    postgres) drill_postgres "$1" "${id}" ;;
    redis) drill_redis "$1" "${id}" ;;
    sqlite) drill_sqlite "$1" "${id}" ;;
    paths | volume) drill_files "$1" "${id}" ;;
    *) die "no such kind of source: ${KIND}" ;;
  esac
}

drill_all() { # OPTION...
  local failures message
  ONLY=() TO=() KIND='' PLACE='' NAME='' LOCK_WAIT=7200
  while (($#)); do
    case $1 in
      --only) ONLY+=("${2-}") && shift ;;
      --from) TO+=("${2-}") && shift ;;
      *) wrong_usage ;;
    esac
    shift
  done
  begin
  ((${#ONLY[@]})) || ONLY=("${SOURCES[@]}")
  ((${#TO[@]})) || TO=("${DESTINATIONS[@]}")
  known_sources "${ONLY[@]}"
  known_destinations "${TO[@]}"
  : >"${NOTES}/results"
  local destination name began took
  for destination in "${TO[@]}"; do
    NAME=${destination}
    IFS=$'\t' read -r PLACE _ <<<"${DESTINATION[${destination}]}"
    for name in "${ONLY[@]}"; do
      open_source "${name}"
      began=${SECONDS}
      apart drill_one "${name}"
      took=$((SECONDS - began))
      message=$(last_words "${NOTES}/log")
      if ((STATUS)); then
        result "${destination}" "${name}" failed 0 0 "${message}" "${took}"
        complain "${destination}: ${name} would NOT come back: ${message}"
      else
        result "${destination}" "${name}" success 0 0 '' "${took}"
        message=$(last_words "${NOTES}/said")
        say "${destination}: ${message}"
      fi
    done
  done
  failures=$(jq -s 'map(select(.status != "success")) | length' "${NOTES}/results")
  message=$(date -u +%FT%TZ)
  jq -s --arg last_run "${message}" --argjson seconds "${SECONDS}" '{last_run: $last_run, duration_seconds: $seconds,
    status: (if all(.status == "success") then "success" else "failed" end),
    sources: map({destination, source, status, seconds, error})}' "${NOTES}/results" >"${NOTES}/restore-test.json"
  install -m 0644 "${NOTES}/restore-test.json" "${STATE}/restore-test.json"
  if ((failures)); then
    message=$(failures_of "${NOTES}/results")
    describe_failures "${NOTES}/results" >"${NOTES}/failures"
    notify restore-test "failed ${message}" restore-test failed "Restore test of ${SITE} on ${LABEL} failed" <"${NOTES}/failures"
  else
    notify restore-test ok restore-test recovered "Restore test of ${SITE} on ${LABEL} works again" <<<"All of it would come back."
  fi
  say "restore test: ${#ONLY[@]} sources, ${#TO[@]} destinations, ${failures} failures, ${SECONDS} s"
  ((failures == 0))
}
