# ---- bringing one source back ----------------------------------------------------------------------------------------
# Each of these leaves what was there untouched until what comes back is complete, and puts it back if that fails.

stop_users() {
  local entry
  local -a entries
  UNDO=()
  [[ ${STOP} != - ]] || return 0
  IFS=, read -r -a entries <<<"${STOP}"
  for entry in "${entries[@]}"; do
    case ${entry} in
      unit:*)
        systemctl -q is-active "${entry#unit:}" || continue
        say "stopping ${entry#unit:}"
        UNDO+=("${entry}")
        systemctl stop "${entry#unit:}"
        ;;
      *)
        say "stopping the container ${entry#container:}"
        UNDO+=("${entry}")
        "${COMPOSE[@]}" stop "${entry#container:}" >&2
        ;;
    esac
  done
}

start_users() {
  local entry
  for entry in "${UNDO[@]}"; do
    case ${entry} in # what starts here must not hold our lock
      unit:*) systemctl start "${entry#unit:}" 9>&- ;;
      *) "${COMPOSE[@]}" start "${entry#container:}" >&2 9>&- ;;
    esac
  done
  UNDO=()
}

# Fetches a dump whole before anything is touched, and only if there is room for it where it is to go.
fetch() { # SOURCE ID FILE [FOLDER]
  local size name folder
  size=$(snapshot_size "$2")
  for folder in "${STATE}" "${@:4}"; do enough_space "${size}" "${folder}"; done
  name=$(stream_name "$1")
  restic_ dump "$2" "/${name}" >"$3"
  [[ -s $3 ]] || die "the snapshot of $1 is empty"
}

sql_name() { printf '"%s"' "${1//\"/\"\"}"; }
sql_text() { printf "'%s'" "${1//\'/\'\'}"; }

# A server whose disk is full stops, with all of its databases. A dump is compressed by a factor that nobody knows: what comes
# back is as large as the database that is there, or some three times the dump; and all of it goes through the log.
room_for_database() { # DUMP DATABASE
  local size there free text
  text=$(sql_text "$2")
  size=$(($(stat -c %s "$1") * 3))
  there=$(psql_as_admin postgres <<<"SELECT pg_database_size(datname) FROM pg_database WHERE datname = ${text}")
  ((${there:-0} <= size)) || size=${there}
  size=$((size + (size < 1073741824 ? size : 1073741824) + 67108864))
  text=$(psql_as_admin postgres <<<'SHOW data_directory')
  free=$(inside df -P -k "${text}" | awk 'NR == 2 { print $4 }')
  ((free * 1024 > size)) || die "${text} has $((free * 1024)) bytes free, and ${size} are needed"
}

restore_globals() { # SOURCE ID
  fetch "$1" "$2" "${WORK}/dump"
  # Roles that are there already stay, and get the attributes and passwords of the dump.
  attempt inside psql --no-psqlrc --quiet --dbname postgres <"${WORK}/dump" >/dev/null 2>"${WORK}/errors"
  ((STATUS == 0)) || cat "${WORK}/errors" >&2
  ((STATUS == 0)) || die "the roles did not come back"
  if grep 'ERROR' "${WORK}/errors" | grep -v 'already exists' >&2; then die "not all roles came back"; fi
}

restore_postgres() { # SOURCE ID
  local database old exists name text
  fetch "$1" "$2" "${WORK}/dump"
  inside pg_restore --list <"${WORK}/dump" >"${WORK}/contents"
  database=${FIELDS[0]}
  room_for_database "${WORK}/dump" "${database}"
  name=$(sql_name "${database}")
  text=$(sql_text "${database}")
  exists=$(psql_as_admin postgres <<<"SELECT 1 FROM pg_database WHERE datname = ${text}")
  if [[ -z ${exists} ]]; then
    inside pg_restore --create --exit-on-error --no-password --dbname postgres <"${WORK}/dump"
  else
    old=${database}_before_$(date -u +%Y%m%d%H%M%S)
    # What belongs to the database itself, such as who may connect, is not in the dump: it goes over from the old one.
    new_database_statements "${database}" >"${WORK}/properties"
    psql_as_admin postgres >/dev/null <<SQL
ALTER DATABASE ${name} CONNECTION LIMIT 0;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${text} AND pid <> pg_backend_pid();
ALTER DATABASE ${name} RENAME TO "${old//\"/\"\"}";
SQL
    UNDO_DATABASE=(undo_postgres "${database}" "${old}")
    psql_as_admin postgres <"${WORK}/properties"
    inside pg_restore --single-transaction --exit-on-error --no-password --dbname "${database}" <"${WORK}/dump"
    psql_as_admin postgres <"${WORK}/limit"
    UNDO_DATABASE=()
  fi
  check_tables "${database}" "$1"
  if [[ -n ${exists} && -n ${SAFE} ]]; then
    psql_as_admin postgres <<<"DROP DATABASE \"${old//\"/\"\"}\""
  elif [[ -n ${exists} ]]; then
    say "the database as it was is still there, as ${old}"
  fi
  attempt inside vacuumdb --analyze-in-stages --quiet --no-password --dbname "${database}"
}

# Writes the statements that make a database anew as it is, closed to all but superusers, and to ${WORK}/limit those that
# open it.
new_database_statements() { # DATABASE
  local text
  text=$(sql_text "$1")
  psql_as_admin postgres <<SQL
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L%s CONNECTION LIMIT 0;',
  d.datname, r.rolname, pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
  -- columns that not every version has
  CASE to_jsonb(d) ->> 'datlocprovider'
    WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
    ELSE '' END)
FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = ${text};
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC;', datname) FROM pg_database WHERE datname = ${text} AND datacl IS NOT NULL;
SELECT format('GRANT %s ON DATABASE %I TO %s%s;', a.privilege_type, d.datname,
  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
  CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = ${text};
SELECT format('ALTER %s SET %I TO %s;',
  CASE s.setrole WHEN 0 THEN format('DATABASE %I', d.datname)
    ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(s.setrole), d.datname) END,
  split_part(c, '=', 1),
  CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries')
    THEN substr(c, strpos(c, '=') + 1) ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END)
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c WHERE d.datname = ${text};
SQL
  psql_as_admin postgres >"${WORK}/limit" <<SQL
SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s;', datname, datconnlimit) FROM pg_database WHERE datname = ${text};
SQL
}

undo_postgres() { # DATABASE OLD
  local deadline=$((SECONDS + 120))
  complain "putting the database $1 back as it was"
  # A server that broke down under it is coming up again.
  while true; do
    attempt psql_as_admin postgres <<<'SELECT' >/dev/null 2>&1
    ((STATUS && SECONDS < deadline)) || break
    sleep 1
  done
  psql_as_admin postgres <<SQL
DROP DATABASE IF EXISTS "${1//\"/\"\"}";
ALTER DATABASE "${2//\"/\"\"}" RENAME TO "${1//\"/\"\"}";
SQL
  psql_as_admin postgres <"${WORK}/limit"
}

# As many tables as the dump has.
check_tables() { # DATABASE SOURCE
  local there dumped
  dumped=$(awk '$4 == "TABLE" && $5 != "DATA" && $5 != "ATTACH"' "${WORK}/contents" | wc -l)
  there=$(psql_as_admin "$1" <<<"SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')")
  ((there >= dumped)) || die "$2 has ${there} tables, and the dump has ${dumped}"
  say "$2: ${there} tables"
}

restore_redis() { # SOURCE ID
  local rdb folder aof owner base
  rdb=$(host_path "${FIELDS[2]}")
  folder=${rdb%/*}
  fetch "$1" "$2" "${WORK}/dump" "${folder}"
  head -c 5 "${WORK}/dump" | grep -qx REDIS || die "the snapshot of $1 is no RDB file"
  owner=$(stat -c %u:%g "${folder}")
  stop_users
  set_aside "${rdb}"
  install -o "${owner%:*}" -g "${owner#*:}" -m 0640 "${WORK}/dump" "${rdb}"
  # With an append-only file, Redis reads that and not the RDB file: the dump becomes its base.
  for aof in "${folder}"/*/*.manifest; do
    base=${aof##*/}
    base=${base%.manifest}
    aof=${aof%/*}
    set_aside "${aof}"
    install -d -o "${owner%:*}" -g "${owner#*:}" -m 0750 "${aof}"
    install -o "${owner%:*}" -g "${owner#*:}" -m 0640 "${WORK}/dump" "${aof}/${base}.1.base.rdb"
    install -o "${owner%:*}" -g "${owner#*:}" -m 0640 /dev/null "${aof}/${base}.1.incr.aof"
    printf 'file %s.1.base.rdb seq 1 type b\nfile %s.1.incr.aof seq 1 type i\n' "${base}" "${base}" >"${WORK}/manifest"
    install -o "${owner%:*}" -g "${owner#*:}" -m 0640 "${WORK}/manifest" "${aof}/${base}.manifest"
  done
  start_users
  local deadline=$((SECONDS + 120))
  while true; do
    attempt redis INFO keyspace >"${WORK}/answer" 2>&1
    ! grep -q '^# Keyspace' "${WORK}/answer" || break
    ((SECONDS < deadline)) || die "redis does not answer after the restore"
    sleep 1
  done
  REPLY=$(tr -d '\r' <"${WORK}/answer" | tail -n +2 | tr '\n' ' ')
  say "$1: ${REPLY:-empty}"
}

restore_sqlite() { # SOURCE ID
  local path=${FIELDS[0]} answer
  fetch "$1" "$2" "${WORK}/dump" "${path%/*}"
  answer=$(sqlite3 "${WORK}/dump" 'PRAGMA integrity_check')
  [[ ${answer} == ok ]] || die "the snapshot of $1 is not whole: ${answer}"
  local -a owner
  if [[ -e ${path} ]]; then answer=$(stat -c '%u %g %a' "${path}"); else answer=$(stat -c '%u %g 640' "${path%/*}"); fi
  read -r -a owner <<<"${answer}"
  stop_users
  set_aside "${path}"
  set_aside "${path}-wal"
  set_aside "${path}-shm"
  install -o "${owner[0]}" -g "${owner[1]}" -m "${owner[2]}" "${WORK}/dump" "${path}"
  start_users
}

restore_volume() { # SOURCE ID
  local path
  path=$(volume_path "${FIELDS[0]}")
  FIELDS=("${path}")
  restore_paths "$@"
}

restore_paths() { # SOURCE ID
  local path scratch size beside
  local -a scratches=()
  size=$(snapshot_size "$2")
  for path in "${FIELDS[@]}"; do
    # On the same disk, so that what came back only has to be renamed.
    beside=${path%/*}
    if [[ -d ${path} ]] && mountpoint -q "${path}"; then beside=${path}; fi
    [[ -d ${beside} ]] || install -d -m 0755 "${beside}"
    enough_space "${size}" "${beside}"
    scratch=$(mktemp -d "${beside}/.restore-XXXXXX")
    scratches+=("${scratch}")
    REMOVE+=("${scratch}")
    restic_ restore --quiet "$2" --target "${scratch}" --include "${path}" --verify >&2
    [[ -e ${scratch}${path} || -L ${scratch}${path} ]] || complain "the snapshot of $1 has no ${path}"
  done
  stop_users
  for path in "${FIELDS[@]}"; do
    scratch=${scratches[0]}
    scratches=("${scratches[@]:1}")
    [[ ! -e ${scratch}${path} && ! -L ${scratch}${path} ]] || bring_back "${scratch}${path}" "${path}"
    rm -rf "${scratch}"
  done
  start_users
}

bring_back() { # FROM TO
  if [[ -d $2 ]] && mountpoint -q "$2"; then
    # It cannot be renamed; what is in it can.
    set_aside_contents "$2"
    find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$2" -- {} +
  else
    set_aside "$2"
    mv -T -- "$1" "$2"
  fi
}

# Moves what is there out of the way, and remembers it until the end.
set_aside() { # PATH
  [[ -e $1 || -L $1 ]] || return 0
  local aside=${1%/*}/.before-restore-${1##*/}
  rm -rf -- "${aside}"
  mv -T -- "$1" "${aside}"
  ASIDE+=("$1")
}

set_aside_contents() { # DIRECTORY
  install -d -m 0700 "$1/.before-restore"
  find "$1" -mindepth 1 -maxdepth 1 ! -name .before-restore ! -name '.restore-*' -exec mv -t "$1/.before-restore" -- {} +
  ASIDE+=("$1/")
}

# A restore that failed puts everything back.
undo_restore() {
  local status=$? path
  trap - EXIT ERR
  set +e
  if ((status)); then
    if ((${#UNDO_DATABASE[@]})); then ("${UNDO_DATABASE[@]}"); fi # what fails in there ends nothing here
    for path in "${ASIDE[@]}"; do
      complain "putting ${path} back as it was"
      if [[ ${path} == */ ]]; then
        find "${path}" -mindepth 1 -maxdepth 1 ! -name .before-restore -exec rm -rf -- {} +
        find "${path}.before-restore" -mindepth 1 -maxdepth 1 -exec mv -t "${path}" -- {} +
        rmdir "${path}.before-restore"
      else
        rm -rf -- "${path}"
        mv -T -- "${path%/*}/.before-restore-${path##*/}" "${path}"
      fi
    done
    start_users
  elif [[ -n ${SAFE} ]]; then
    for path in "${ASIDE[@]}"; do
      if [[ ${path} == */ ]]; then rm -rf -- "${path}.before-restore"; else rm -rf -- "${path%/*}/.before-restore-${path##*/}"; fi
    done
  else
    for path in "${ASIDE[@]}"; do say "what was there is kept beside ${path}, as .before-restore…"; done
  fi
  if ((${#REMOVE[@]})); then rm -rf -- "${REMOVE[@]}"; fi
  rm -rf -- "${WORK}" "${NOTES}"
  exit "${status}"
}

restore_one() { # SOURCE ID
  open_source "$1"
  say "bringing back $1 from snapshot ${2:0:8}"
  case ${KIND} in
    globals) restore_globals "$@" ;;
    postgres) restore_postgres "$@" ;;
    redis) restore_redis "$@" ;;
    sqlite) restore_sqlite "$@" ;;
    volume) restore_volume "$@" ;;
    paths) restore_paths "$@" ;;
    *) die "no such kind of source: ${KIND}" ;;
  esac
}

# ---- the command -----------------------------------------------------------------------------------------------------
list_snapshots() { # SOURCE...
  local name
  for name in "$@"; do
    restic_ snapshots --json --host "${LABEL}" --tag "${SITE},source:${name}" --tag "safety-${SITE},source:${name}" \
      | jq -r --arg name "${name}" 'sort_by(.time) | .[]
        | "\(.short_id)  \(.time[0:19])  \($name)\(if .tags | any(startswith("safety-")) then "  (before a restore)" else "" end)"'
  done
}

# Before anything is overwritten, it is saved; what is not there any more cannot be.
save_before() { # SOURCE...
  local name exists text path
  local -a there=()
  for name in "$@"; do
    open_source "${name}"
    case ${KIND} in
      postgres)
        text=$(sql_text "${FIELDS[0]}")
        exists=$(psql_as_admin postgres <<<"SELECT 1 FROM pg_database WHERE datname = ${text}")
        ;;
      paths)
        exists=''
        for path in "${FIELDS[@]}"; do [[ ! -e ${path} ]] || exists=1; done
        ;;
      sqlite) if [[ -e ${FIELDS[0]} ]]; then exists=1; else exists=''; fi ;;
      *) exists=1 ;;
    esac
    if [[ -n ${exists} ]]; then there+=(--only "${name}"); else say "${name} is not there, so there is nothing to save of it"; fi
  done
  ((${#there[@]})) || return 0
  say "saving what is there now"
  exec 9>&-
  "${BASH_SOURCE[0]}" backup --safety --to "${FROM}" "${there[@]}" \
    || die "what is there now could not be saved, so nothing was touched; --no-safety goes on without"
  exec 9>>"${STATE}/lock"
  flock --wait 60 9
}

restore_all() { # OPTION...
  local name snapshot='' all='' list='' dry='' yes='' service=''
  local -a wanted=() ids=()
  FROM='' SAFE=1 UNDO=() UNDO_DATABASE=() ASIDE=() REMOVE=()
  while (($#)); do
    case $1 in
      --all) all=1 ;;
      --list) list=1 ;;
      --from) FROM=${2-} && shift ;;
      --snapshot) snapshot=${2-} && shift ;;
      --service) service=${2-} && shift ;;
      --host) HOST_LABEL=${2-} && shift ;;
      --no-safety) SAFE='' ;;
      --dry-run) dry=1 ;;
      --yes) yes=1 ;;
      -*) wrong_usage ;;
      *) wanted+=("$1") ;;
    esac
    shift
  done
  begin
  LABEL=${HOST_LABEL:-${LABEL}}
  FROM=${FROM:-${DESTINATIONS[0]}}
  known_destinations "${FROM}"
  if [[ -n ${service} ]]; then
    for name in "${SOURCES[@]}"; do [[ ${name} != "${service}"/* && ${name} != "${service}" ]] || wanted+=("${name}"); done
    ((${#wanted[@]})) || die "the plan has no source of ${service}; it has: ${SOURCES[*]}"
  fi
  if [[ -n ${all} || (-n ${list} && ${#wanted[@]} == 0) ]]; then wanted=("${SOURCES[@]}"); fi
  ((${#wanted[@]})) || wrong_usage
  known_sources "${wanted[@]}"
  [[ -z ${snapshot} || ${#wanted[@]} == 1 ]] || die "--snapshot goes with one source; each has snapshots of its own"
  use_destination "${FROM}"
  read_only_if_needed
  if [[ -n ${list} ]]; then
    list_snapshots "${wanted[@]}"
    return
  fi
  for name in "${wanted[@]}"; do
    REPLY=$(find_snapshot "${name}" "${snapshot}")
    ids+=("${REPLY}")
    printf '%-28s from %s, snapshot %s\n' "${name}" "${FROM}" "${REPLY:0:8}"
  done
  [[ -z ${dry} ]] || return 0
  if [[ -z ${yes} ]]; then
    [[ -t 0 ]] || die "this overwrites what is there: say --yes"
    read -r -p "This overwrites what is there. Type ${SITE} to go on: " REPLY
    [[ ${REPLY} == "${SITE}" ]] || die "nothing was touched"
  fi
  [[ -z ${SAFE} ]] || save_before "${wanted[@]}"
  trap undo_restore EXIT
  for name in "${wanted[@]}"; do
    restore_one "${name}" "${ids[0]}"
    ids=("${ids[@]:1}")
  done
  say "restored: ${wanted[*]}"
  [[ " ${wanted[*]} " != *" secrets "* ]] || say "secrets came back: run install.sh --apply, which writes them into the files that hold them"
}
