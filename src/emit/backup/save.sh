# ---- one source ------------------------------------------------------------------------------------------------------
# Writes a dump to stdout.
produce() {
  case ${KIND} in
    postgres) inside pg_dump --format=custom --compress=0 --lock-wait-timeout=600000 --no-password "${FIELDS[0]}" ;;
    globals) inside pg_dumpall --globals-only --no-password ;;
    redis) produce_redis ;;
    sqlite) produce_sqlite "${FIELDS[0]}" ;;
    *) die "no such kind of source: ${KIND}" ;;
  esac
}

produce_redis() {
  local reply info deadline=$((SECONDS + 3600))
  while true; do
    reply=$(redis BGSAVE)
    [[ ${reply} != 'Background saving started' ]] || break
    [[ ${reply} == *'in progress'* ]] || die "redis: ${reply}"
    ((SECONDS < deadline)) || die "redis has been saving for an hour"
    sleep 2
  done
  while true; do
    info=$(redis INFO persistence)
    [[ ${info} == *rdb_bgsave_in_progress:1* ]] || break
    ((SECONDS < deadline)) || die "redis did not finish saving within an hour"
    sleep 0.5
  done
  [[ ${info} == *rdb_last_bgsave_status:ok* ]] || die "redis could not save; its log says why"
  [[ ${ACCESS} != native ]] || WHO=root
  inside cat "${FIELDS[2]}"
}

# As the owner of the file: what SQLite puts beside it must be his.
produce_sqlite() { # PATH
  local owner answer
  owner=$(stat -c %U "$1")
  chmod 0711 "${STATE}" "${STATE}/work" "${WORK}"
  install -d -o "${owner}" -m 0700 "${WORK}/sqlite"
  runuser -u "${owner}" -- sqlite3 -bail -cmd '.timeout 60000' "$1" ".backup '${WORK}/sqlite/copy'" >&2
  answer=$(runuser -u "${owner}" -- sqlite3 "${WORK}/sqlite/copy" 'PRAGMA integrity_check')
  [[ ${answer} == ok ]] || die "the copy of $1 is not whole: ${answer}"
  cat "${WORK}/sqlite/copy"
  rm -rf "${WORK}/sqlite"
}

# Saves a source to the destination in use; prints the summary of restic.
save() { # SOURCE
  local id name
  local -a codes=(0 0) options=(--json --quiet --host "${LABEL}" --tag "partial-${SITE}" --tag "source:$1")
  open_source "$1"
  case ${KIND} in
    paths | volume)
      if [[ ${KIND} == volume ]]; then
        name=$(volume_path "${FIELDS[0]}")
        FIELDS=("${name}")
      fi
      [[ ${RESTIC_REPOSITORY} != /* ]] || options+=(--exclude "${RESTIC_REPOSITORY}")
      attempt restic_ backup "${options[@]}" --exclude-caches --exclude "${RESTIC_CACHE_DIR}" --exclude "${STATE}/work" \
        -- "${FIELDS[@]}" >"${NOTES}/summary"
      codes=(0 "${STATUS}")
      ;;
    *)
      name=$(stream_name "$1")
      set +e
      { set -e && produce; } 2>"${NOTES}/produce.log" | restic_ backup "${options[@]}" --stdin --stdin-filename "${name}" >"${NOTES}/summary"
      codes=("${PIPESTATUS[@]}")
      set -e
      ;;
  esac
  id=$(jq -r 'select(.message_type == "summary") | .snapshot_id' "${NOTES}/summary")
  if ((codes[0])); then # the dump broke off, and restic could not know
    [[ -z ${id} ]] || restic_ forget --quiet "${id}" >&2
    cat "${NOTES}/produce.log" >&2
    return 1
  fi
  ((codes[1] == 0)) || return "${codes[1]}" # 3: files could not be read; what could be is kept, as partial
  [[ -n ${id} ]] || die "restic did not say which snapshot it made"
  restic_ tag --quiet --set "${TAG}" --set "source:$1" "${id}" >&2
  jq -c 'select(.message_type == "summary") | {bytes: .total_bytes_processed, added: .data_added}' "${NOTES}/summary"
}

# ---- one destination -------------------------------------------------------------------------------------------------
prepare() { # NAME
  # Only locks of processes that are gone.
  attempt restic_ unlock --quiet >/dev/null 2>&1
  attempt restic_ cat config >/dev/null 2>"${NOTES}/config"
  if ((STATUS == 0)); then
    : >"${STATE}/known/$1"
    return
  fi
  if ! grep -qE 'Is there a repository|repository does not exist|unable to open config file' "${NOTES}/config"; then
    cat "${NOTES}/config" >&2
    exit 1
  fi
  # A disk that is not mounted, or a bucket that somebody emptied, must not pass for a fresh start.
  [[ ! -e ${STATE}/known/$1 ]] || die "the repository of $1 is gone; if that is meant, run ${SITE}-backup --init $1"
  restic_ init --quiet >&2
  : >"${STATE}/known/$1"
  say "$1: made the repository"
}

# The repository is checked before anything is removed from it: what is damaged may need what is old.
clean_up() { # NAME DAILY WEEKLY MONTHLY YEARLY
  local last partial due=''
  local -a keep=() ids=()
  last=$(stat -c %Y "${STATE}/known/$1.checked" 2>/dev/null || printf 0)
  if [[ -n ${PRUNE} ]] || ((EPOCHSECONDS - last > 6 * 86400 + 43200)); then
    due=1
    check_repository "$1"
  fi
  local -A option=([daily]=$2 [weekly]=$3 [monthly]=$4 [yearly]=$5)
  for last in daily weekly monthly yearly; do
    ((option[${last}] == 0)) || keep+=("--keep-${last}" "${option[${last}]}")
  done
  if ((${#keep[@]})); then
    restic_ forget --quiet --host "${LABEL}" --tag "${SITE}" --group-by host,tags "${keep[@]}" >&2
  fi
  restic_ forget --quiet --host "${LABEL}" --tag "safety-${SITE}" --group-by host,tags --keep-within 30d >&2
  # A partial snapshot is worth something until a whole one is newer.
  restic_ snapshots --json --host "${LABEL}" >"${NOTES}/snapshots"
  partial=$(jq -r --arg site "${SITE}" '
    def source: .tags // [] | map(select(startswith("source:"))) | first;
    (map(select(.tags // [] | index($site))) | group_by(source) | map({key: first | source, value: map(.time) | max}) | from_entries) as $whole
    | .[] | select(.tags // [] | index("partial-" + $site)) | select(.time < ($whole[source] // "")) | .id' "${NOTES}/snapshots")
  if [[ -n ${partial} ]]; then
    mapfile -t ids <<<"${partial}"
    restic_ forget --quiet "${ids[@]}" >&2
  fi
  if [[ -n ${due} ]]; then
    restic_ prune --quiet >&2
    : >"${STATE}/known/$1.checked"
    say "$1: checked and cleaned up"
  fi
}

# All that the repository says of itself, and of what it stores a part, so that each pack is read back within a quarter of a
# year; all of it where that is little.
check_repository() { # NAME
  local size part=${STATE}/known/$1.part number=0
  size=$(restic_ stats --json --mode raw-data | jq -r .total_size)
  if ((size < 1 << 30)); then
    restic_ check --quiet --read-data >&2
    return
  fi
  [[ ! -r ${part} ]] || number=$(<"${part}")
  number=$((number % 13 + 1))
  restic_ check --quiet --read-data-subset="${number}/13" >&2
  printf '%s\n' "${number}" >"${part}"
}

result() { # DESTINATION SOURCE STATUS BYTES ADDED ERROR [SECONDS]
  jq -nc --arg destination "$1" --arg source "$2" --arg status "$3" --argjson bytes "$4" --argjson added "$5" --arg error "$6" \
    --arg kind "${KIND:--}" --arg place "${PLACE}" --argjson seconds "${7-0}" \
    '{$destination, $source, $kind, $place, $status, $bytes, $added, $error, $seconds}' >>"${NOTES}/results"
}

# Runs a step of a destination apart, so that its failure is only its own.
apart() { # COMMAND...
  attempt with_destination "$@" >"${NOTES}/said" 2>"${NOTES}/log"
  cat "${NOTES}/log" 2>/dev/null >>"${LOG}" || true
}

with_destination() { # COMMAND...
  use_destination "${NAME}"
  "$@"
}

serve_destination() { # NAME
  local name message daily weekly monthly yearly bytes added PRUNE=${PRUNE}
  NAME=$1
  IFS=$'\t' read -r PLACE daily weekly monthly yearly <<<"${DESTINATION[$1]}"
  apart prepare "$1"
  message=$(last_words "${NOTES}/log")
  if ((STATUS)); then
    complain "$1: ${message}"
    for name in "${ONLY[@]}"; do
      open_source "${name}"
      result "$1" "${name}" failed 0 0 "${message}"
    done
    return
  fi
  for name in "${ONLY[@]}"; do
    [[ -z ${CLEAN} ]] || break
    open_source "${name}"
    apart save "${name}"
    if ((STATUS == 0)); then
      bytes=$(jq .bytes "${NOTES}/said")
      added=$(jq .added "${NOTES}/said")
      result "$1" "${name}" success "${bytes}" "${added}" ''
      say "$1: saved ${name}"
    else
      message=$(last_words "${NOTES}/log")
      ((STATUS != 3)) || message="some files could not be read: ${message}"
      # What the run has left behind would only fill the disk.
      ! grep -q 'no space left on device' "${NOTES}/log" || PRUNE=1
      result "$1" "${name}" failed 0 0 "${message}"
      complain "$1: ${name} was NOT saved: ${message}"
    fi
  done
  apart clean_up "$1" "${daily}" "${weekly}" "${monthly}" "${yearly}"
  message=$(last_words "${NOTES}/log")
  KIND=repository
  if ((STATUS)); then
    result "$1" - failed 0 0 "checking or cleaning up: ${message}"
    complain "$1: checking or cleaning up failed: ${message}"
  fi
}

# ---- how it went -----------------------------------------------------------------------------------------------------
write_status() { # SECONDS
  local file now
  now=$(date -u +%FT%TZ)
  for file in "${STATUS_FILE}" "${STATE}/status.json"; do
    [[ ${file} != - ]] || continue
    [[ -d ${file%/*} ]] || install -d -m 0755 "${file%/*}"
    jq -s --arg last_run "${now}" --argjson seconds "$1" --arg site "${SITE}" --arg host "${LABEL}" '
      def mb: . / 1048576 | ceil;
      def outcome: if all(.status == "success") then {status: "success", size_mb: (map(.bytes) | max | mb)}
        else {status: "failed", error: (map(select(.status != "success"))[0] | "\(.destination): \(.error)")} end;
      def by_source: map(select(.source != "-")) | group_by(.source) | map({key: .[0].source, value: outcome}) | from_entries;
      def database: .kind == "postgres" or .kind == "globals" or .kind == "redis" or .kind == "sqlite";
      map(select(.place == "remote")) as $remote
      | {
          last_run: $last_run,
          duration_seconds: $seconds,
          databases: map(select(database)) | by_source,
          remote_sync: (if $remote == [] then {status: "none"}
            elif $remote | all(.status == "success") then {status: "success", uploaded_mb: ($remote | map(.added) | add | mb)}
            else {status: "failed", error: ($remote | map(select(.status != "success"))[0].error)} end),
          site: $site,
          host: $host,
          status: (if all(.status == "success") then "success" else "failed" end),
          files: map(select(.kind == "paths" or .kind == "volume")) | by_source,
          destinations: group_by(.destination) | map({key: .[0].destination, value: ({
            status: (if all(.status == "success") then "success" else "failed" end), added_mb: (map(.added) | add | mb)}
            + (map(select(.status != "success")) | if . == [] then {} else {error: (.[0] | "\(.source): \(.error)" | ltrimstr("-: "))} end))})
            | from_entries
        } + (map(select(.destination == "-")) | if . == [] then {} else {error: .[0].error} end)' "${NOTES}/results" >"${NOTES}/status.json"
    { install -m 0644 "${NOTES}/status.json" "${file}.new" && mv -f "${file}.new" "${file}"; } \
      || complain "${file} could not be written"
  done
}

# For the node exporter, where it is.
write_metrics() { # FAILURES SECONDS
  local folder=/var/lib/prometheus/node-exporter last=0
  [[ -d ${folder} ]] || return 0
  [[ ! -r ${STATE}/last-success ]] || last=$(<"${STATE}/last-success")
  {
    printf '# HELP sitewright_backup_last_success_timestamp_seconds When the last backup without a failure ended.\n'
    printf '# TYPE sitewright_backup_last_success_timestamp_seconds gauge\n'
    printf 'sitewright_backup_last_success_timestamp_seconds{site="%s"} %s\n' "${SITE}" "${last}"
    printf '# HELP sitewright_backup_failures Parts of the last backup that failed.\n'
    printf '# TYPE sitewright_backup_failures gauge\n'
    printf 'sitewright_backup_failures{site="%s"} %s\n' "${SITE}" "$1"
    printf '# HELP sitewright_backup_duration_seconds How long the last backup took.\n'
    printf '# TYPE sitewright_backup_duration_seconds gauge\n'
    printf 'sitewright_backup_duration_seconds{site="%s"} %s\n' "${SITE}" "$2"
  } >"${NOTES}/metrics"
  install -m 0644 "${NOTES}/metrics" "${folder}/${SITE}-backup.prom.new"
  mv -f "${folder}/${SITE}-backup.prom.new" "${folder}/${SITE}-backup.prom"
}

show_plan() {
  local name
  for name in "${ONLY[@]}"; do
    open_source "${name}"
    printf 'source       %-28s %s %s\n' "${name}" "${KIND}" "${FIELDS[*]}"
  done
  for name in "${TO[@]}"; do
    use_destination "${name}"
    printf 'destination  %-28s %s\n' "${name}" "${RESTIC_REPOSITORY}"
  done
}

save_all() { # OPTION...
  local init='' list='' parts
  # One that is at work, such as a restore test, is waited for.
  ONLY=() TO=() PRUNE='' CLEAN='' TAG=${SITE} KIND='' PLACE='' NAME='' LOCK_WAIT=3600
  while (($#)); do
    case $1 in
      --only) ONLY+=("${2-}") && shift ;;
      --to) TO+=("${2-}") && shift ;;
      --prune) PRUNE=1 ;;
      --clean-up) PRUNE=1 CLEAN=1 ;;
      --dry-run | --list) list=1 ;;
      --init) init=${2-} && shift ;;
      --safety) TAG=safety-${SITE} ;;
      *) wrong_usage ;;
    esac
    shift
  done
  parts=$((${#ONLY[@]} + ${#TO[@]}))
  begin
  ((${#ONLY[@]})) || ONLY=("${SOURCES[@]}")
  ((${#TO[@]})) || TO=("${DESTINATIONS[@]}")
  known_sources "${ONLY[@]}"
  known_destinations "${TO[@]}" ${init:+"${init}"}
  if [[ -n ${list} ]]; then
    show_plan
  elif [[ -n ${init} ]]; then
    rm -f "${STATE}/known/${init}"
    use_destination "${init}"
    prepare "${init}"
  else
    : >"${NOTES}/results"
    CONCLUDED=''
    ((parts)) || [[ -n ${CLEAN} || ${TAG} != "${SITE}" ]] || trap broke_off EXIT
    for NAME in "${TO[@]}"; do serve_destination "${NAME}"; done
    conclude "${parts}"
  fi
}

conclude() { # PARTS
  local failures names
  failures=$(jq -s 'map(select(.status != "success")) | length' "${NOTES}/results")
  # A part, or a safety copy, says nothing about the whole.
  if [[ ${TAG} == "${SITE}" && -z ${CLEAN} && $1 == 0 ]]; then
    write_status "${SECONDS}"
    ((failures)) || printf '%s\n' "${EPOCHSECONDS}" >"${STATE}/last-success"
    attempt write_metrics "${failures}" "${SECONDS}"
    CONCLUDED=1
    if ((failures)); then
      names=$(failures_of "${NOTES}/results")
      describe_failures "${NOTES}/results" >"${NOTES}/failures"
      notify backup "failed ${names}" backup failed "Backup of ${SITE} on ${LABEL} failed" <"${NOTES}/failures"
    else
      notify backup ok backup recovered "Backup of ${SITE} on ${LABEL} works again" <<<"All of it was saved."
      [[ -z ${HEARTBEAT} ]] || "${SITE}-notify" --heartbeat "${HEARTBEAT}" || complain "the heartbeat was not taken"
    fi
  fi
  say "${#ONLY[@]} sources, ${#TO[@]} destinations, ${failures} failures, ${SECONDS} s"
  ((failures == 0))
}

# A run that does not come to its end is a failed one: killed with the host, without its plan, out of disk.
broke_off() {
  local status=$?
  trap - EXIT
  set +e
  if [[ -z ${CONCLUDED} ]]; then
    KIND=run PLACE=- NAME=-
    result - - failed 0 0 "the run broke off with status ${status}; ${LOG} has what it said"
    attempt conclude 0
  fi
  rm -rf "${WORK}" "${NOTES}"
  exit "${status}"
}
