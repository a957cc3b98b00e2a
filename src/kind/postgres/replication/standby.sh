# ---- SITE-standby ----------------------------------------------------------------------------------------------------
usage_of_standby() {
  cat <<HELP
usage: ${SITE}-standby SERVICE [status | join | rejoin]

  status   what each member is, and how far it has come (the default)
  join     make the first copy of the primary's data on this host; nothing to do if there is one
  rejoin   make a new copy: on a primary of the past, or on a standby that fell too far behind. What is here now is kept
           in a folder beside it

Others ask: may-run (an installation), may-start (the unit), start (the container), probe (the health check).
exit: 0 done, 1 refused or failed, 2 wrong usage
HELP
}

status() {
  local member
  for member in "${MEMBERS[@]}"; do
    ask "${member}"
    printf '%-20s %-8s timeline %-4s at %-14s %s\n' "${member}" "${IS}" "${TIMELINE}" "${POSITION:-?}" "${WHY}"
  done
}

# ---- copies ----------------------------------------------------------------------------------------------------------
join() {
  look_here
  [[ ${HERE} != standby ]] || { printf '%s is a standby already\n' "${SERVICE}" && return 0; }
  [[ ${HERE} != data ]] || refuse_data
  if is_active; then
    stop_server
    look_here # what was made meanwhile
    [[ ${HERE} != data ]] || refuse_data
  fi
  copy
  rm -rf -- "${KEPT:?}" # nothing was ever made in it
}

refuse_data() {
  die "${DATA} holds data of its own, which no copy may replace. If it is a primary of the past: ${SITE}-standby ${SERVICE} rejoin"
}

rejoin() {
  look_here
  find_primary
  [[ -n ${PRIMARY} ]] || die "no other member says that it is the primary: ${REASONS}"
  [[ ! -t 0 ]] || {
    printf 'The data on this host (%s) is set aside, and copied anew from %s.\n' "${HERE}" "${PRIMARY}"
    read -r -p "Go on? [y/N] " REPLY
    [[ ${REPLY} == [yY]* ]] || die "left as it is"
  }
  stop_server
  copy
  start_server
  [[ ! -e ${KEPT} ]] || printf 'What was here is kept in %s: remove it once nobody misses anything.\n' "${KEPT}"
}

# Copies the primary beside what is here, and then puts the copy in its place. Sets KEPT to where what was here is now.
copy() {
  local new owner=postgres:postgres
  local -i tries
  # The primary may just be coming up, on a host that is installed at the same time.
  for ((tries = 0; tries < 10; tries++)); do
    find_primary
    [[ -z ${PRIMARY} ]] || break
    sleep 3
  done
  [[ -n ${PRIMARY} ]] || die "no other member says that it is the primary, so there is nothing to copy: ${REASONS}. Install the primary first"
  if [[ ${RUNTIME} == container ]]; then
    find_volume # made by asking, if it was not there
    owner=$(stat --format %u:%g "${ROOT}/etc/${SITE}/postgres/${SERVICE}/passfile")
  fi
  new=${DATA}.joining
  printf 'copying from %s\n' "${PRIMARY}"
  rm -rf -- "${new}" # of a copy that was broken off
  install -d -o "${owner%:*}" -g "${owner#*:}" -m 0700 "${new}"
  take_copy "${new}" || { rm -rf -- "${new}" && die "the copy from ${PRIMARY} failed: nothing was changed"; }
  install -o "${owner%:*}" -g "${owner#*:}" -m 0600 /dev/null "${new}/standby.signal"
  sync -f "${new}"
  printf -v KEPT '%s.before-%(%Y%m%dT%H%M%S)T' "${DATA}" -1
  [[ ! -e ${DATA} ]] || mv -T -- "${DATA}" "${KEPT}"
  mv -T -- "${new}" "${DATA}"
}

take_copy() { # FOLDER
  local way
  local -a program
  way=$(way_to "${PRIMARY}")
  program=("${PROGRAMS}pg_basebackup" --dbname "${way/ dbname=replication replication=true/}" --wal-method stream
    --slot "${SLOT[${SELF}]}" --checkpoint fast --no-password --pgdata)
  if [[ ${RUNTIME} == native ]]; then
    in_server "${program[@]}" "$1" </dev/null
  else
    local -a MOUNTS=(--volume "$1:/copy")
    in_new "${program[@]}" /copy </dev/null
  fi
}

# ---- whether the manifest and what is here agree ---------------------------------------------------------------------
# Before an installation: it must not make a primary of a standby, nor go on where another host was promoted.
may_run() {
  local first=${MEMBERS[0]}
  look_here
  case ${HERE} in
    nothing | empty) return 0 ;;
    standby)
      [[ ${SELF} == "${first}" ]] || return 0
      die "${SERVICE} on this host is a standby, and the manifest names it first under \`services.${SERVICE}.on\`, as the primary. Promote it by ${SITE}-promote ${SERVICE}, or name the primary first"
      ;;
    *) ;;
  esac
  refuse_superseded
  [[ ${SELF} == "${first}" ]] \
    || die "${SERVICE} on this host takes writes, and the manifest wants it to follow ${first}. If it was promoted, name it first under \`services.${SERVICE}.on\`; if ${first} was, let this host follow by ${SITE}-standby ${SERVICE} rejoin"
}

# Two members that take writes drift apart, and one of the two histories is lost.
refuse_superseded() {
  local member own PATIENCE=${SURE}
  controlled "Latest checkpoint's TimeLineID"
  own=${REPLY}
  for member in "${OTHERS[@]}"; do
    ask "${member}"
    [[ ${IS} != primary || ${TIMELINE} -le ${own:-0} ]] \
      || die "${member} was promoted while this host was the primary of ${SERVICE}: name ${member} first under \`services.${SERVICE}.on\`, and let this host follow by ${SITE}-standby ${SERVICE} rejoin"
  done
}

may_start() {
  look_here
  [[ ${HERE} != data ]] || refuse_superseded
}

# What the container starts by, in the place of its image's entry point, which comes after it.
start() { # COMMAND [ARGUMENT...]
  may_start
  [[ ${HERE} != nothing || ${SELF} == "${MEMBERS[0]}" ]] || die "no copy of ${SERVICE} is here yet: ${SITE}-standby ${SERVICE} join"
  unset LC_ALL
  exec docker-entrypoint.sh "$@"
}

# ---- how it is: a state of the health check, a tab, and one line -----------------------------------------------------
say() { printf '%s\t%s\n' "$1" "${*:2}"; }

probe() {
  local recovering
  recovering=$("${SQL[@]}" 'SELECT pg_is_in_recovery()' 2>/dev/null </dev/null || true)
  if [[ -z ${recovering} ]]; then
    say critical "${SERVICE} does not answer"
  elif [[ ${SELF} == "${MEMBERS[0]}" ]]; then
    if [[ ${recovering} == f ]]; then probe_primary; else say critical "a standby, and the manifest names it as the primary"; fi
  elif [[ ${recovering} == t ]]; then
    probe_standby
  else
    say critical "takes writes, and the manifest names it as a standby"
  fi
}

probe_primary() {
  local member lost behind
  for member in "${OTHERS[@]}"; do
    ask "${member}"
    [[ ${IS} == primary ]] || continue
    say critical "${member} takes writes as well"
    return 0
  done
  lost=$("${SQL[@]}" "SELECT string_agg(slot_name, ', ') FROM pg_replication_slots WHERE slot_name LIKE 'standby\\_%' AND wal_status = 'lost'")
  behind=$("${SQL[@]}" "SELECT string_agg(slot_name, ', ') FROM pg_replication_slots WHERE slot_name LIKE 'standby\\_%' AND NOT active")
  if [[ -n ${lost} ]]; then
    say warning "too far behind to catch up, so ${SITE}-standby ${SERVICE} rejoin there: ${lost}"
  elif [[ -n ${behind} ]]; then
    say warning "not connected: ${behind}"
  else
    say ok "every standby is connected"
  fi
}

probe_standby() {
  local streaming lag
  streaming=$("${SQL[@]}" "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")
  # On a primary that nobody writes to, the last transaction is old and nothing is missing.
  lag=$("${SQL[@]}" "SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 ELSE coalesce(ceil(extract(epoch FROM now() - pg_last_xact_replay_timestamp())), 0) END::bigint")
  if [[ ${streaming} != 1 ]]; then
    say warning "a standby, and the primary sends it nothing"
  elif ((lag > MAX_LAG)); then
    say warning "a standby, ${lag} s behind"
  else
    say ok "a standby, ${lag} s behind"
  fi
}

INSIDE=''
standby() { # SERVICE [COMMAND]
  local command=${2:-status}
  [[ ${command} == start || $# -le 2 && ${command} =~ ^(status|join|rejoin|may-run|may-start|probe)$ ]] || wrong_usage
  [[ ${command} != start ]] || INSIDE=1
  ((EUID == 0)) || [[ -n ${INSIDE} ]] || die "this must run as root"
  read_members "$1"
  "${command//-/_}" "${@:3}"
}
