#!/usr/bin/env bash
# The copies of a replicated PostgreSQL: SITE-standby and SITE-promote run this. The same bytes on every host: read it once.
# Who the members are stands in /etc/SITE/postgres/SERVICE/members.tsv; what a member is at the moment, it says itself, over
# the replication protocol: that way in is open between members, and only there.
#
# Nothing here overwrites data. A first copy is made only where nothing was ever stored; what a new copy replaces is kept
# beside it, and it is for people to remove it. And nothing guesses whether a primary is down: one that answers has to be
# stopped first, and of one that does not answer, somebody who knows has to say it. Two primaries are two histories, and one
# of them is lost.
#
# The server may run in a container. Then its programs are asked there; and this file is in it, too, and starts the server.
# shellcheck disable=SC2310 # a function that stands in a condition is a question, and its failure the answer
set +x -Eeuo pipefail
shopt -s inherit_errexit
umask 077
# An image has its programs where its own PATH says.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PGDATA:+:${PATH}}

# As it is called from a bundle that is not installed yet, too.
SITE=$(readlink -f "${BASH_SOURCE[0]}")
SITE=${SITE%/*}
ROOT=${SITE%/usr/local/lib/*}
SITE=${SITE##*/}
cd /

die() { # MESSAGE
  printf '%s-%s: %s\n' "${SITE}" "${PROGRAM}" "$1" >&2
  exit 1
}

# ---- who the members are, and what each is at the moment -------------------------------------------------------------
# Sets what the other functions go by.
read_members() { # SERVICE
  local key a b folder=${ROOT}/etc/${SITE}/postgres/$1
  [[ $1 =~ ^[a-z][a-z0-9-]*$ && -r ${folder}/members.tsv ]] || die "no PostgreSQL $1 with standbys is on this host"
  SERVICE=$1 PASSFILE=${folder}/passfile MEMBERS=() RUNTIME=native PROGRAMS=''
  declare -gA SLOT=() ENDPOINT=()
  while IFS=$'\t' read -r key a b; do
    case ${key} in
      runtime) RUNTIME=${a} ;;
      data) DATA=${a} && PLACE=${a} ;;
      programs) PROGRAMS=${a}/ ;;
      unit) UNIT=${a} ;;
      port) PORT=${a} ;;
      user) ROLE_NAME=${a} ;;
      sslmode) SSLMODE=${a} ;;
      max_lag) MAX_LAG=${a} ;;
      self) SELF=${a} ;;
      member) MEMBERS+=("${a}") ENDPOINT[${a}]="host=${b% *} port=${b#* }" SLOT[${a}]=standby_${a//-/_} ;;
      *) ;;
    esac
  done <"${folder}/members.tsv"
  OTHERS=()
  for key in "${MEMBERS[@]}"; do [[ ${key} == "${SELF}" ]] || OTHERS+=("${key}"); done
  # Asks the server of this host; the statement follows.
  SQL=(psql --no-psqlrc --quiet --tuples-only --no-align --field-separator ' ' --no-password --port "${PORT}" --username postgres
    --dbname postgres --command)
  SQL=(of_server "${SQL[@]}")
  STOPPING="systemctl disable --now ${UNIT}" LOOKING="systemctl status ${UNIT}"
  [[ ${RUNTIME} == container ]] || return 0
  COMPOSE=(docker compose --progress quiet --project-name "${SITE}" --file "/etc/${SITE}/compose/compose.yaml")
  PASSFILE=/etc/${SITE}/postgres/${SERVICE}/passfile
  STOPPING="${COMPOSE[*]:0:2} ${COMPOSE[*]:4} stop ${SERVICE}" LOOKING="${COMPOSE[*]:0:2} ${COMPOSE[*]:4} logs --tail 50 ${SERVICE}"
  if [[ -n ${INSIDE} ]]; then RUNTIME=inside; else find_volume; fi
}

# ---- where the server runs -------------------------------------------------------------------------------------------
# The data of a container, as this host sees it; DATA is empty while there is none. PLACE is where the server has it.
find_volume() {
  local of=/var/lib/postgresql/data
  [[ ${PLACE} == "${of}"* ]] || of=/var/lib/postgresql
  DATA=$(docker volume inspect --format '{{.Mountpoint}}' "${SITE}_${SERVICE}-data" 2>/dev/null || true)
  DATA=${DATA:+${DATA}${PLACE#"${of}"}}
}

# Runs a client of the server on this host, as its user.
of_server() { # PROGRAM [ARGUMENT...]
  if [[ ${RUNTIME} == container ]]; then "${COMPOSE[@]}" exec -T "${SERVICE}" "$@"; else in_server "$@"; fi
}

# Runs a program as the server's user, in its container or in one that is made for it.
in_server() { # PROGRAM [ARGUMENT...]
  case ${RUNTIME} in
    native) runuser -u postgres -- "$@" ;;
    inside) "$@" ;;
    *) if is_well; then "${COMPOSE[@]}" exec -T "${SERVICE}" "$@"; else in_new "$@"; fi ;;
  esac
}

in_new() { # PROGRAM [ARGUMENT...]
  "${COMPOSE[@]}" run --rm --no-deps --quiet-pull -T "${MOUNTS[@]}" --entrypoint "$1" "${SERVICE}" "${@:2}"
}
MOUNTS=()

# Runs a client that reads the passfile, which in a bundle only root can.
as_client() { # PROGRAM [ARGUMENT...]
  if [[ ${RUNTIME} == native ]]; then "$@"; else in_server "$@"; fi
}

is_active() {
  local running
  case ${RUNTIME} in
    native) systemctl -q is-active "${UNIT}" ;;
    inside) false ;;
    *)
      running=$("${COMPOSE[@]}" ps --status running --quiet "${SERVICE}" 2>/dev/null || true)
      [[ -n ${running} ]]
      ;;
  esac
}

# A container that starts over and over, as that of a primary of the past does, takes along what runs in it.
is_well() {
  local container state
  container=$("${COMPOSE[@]}" ps --all --quiet "${SERVICE}" 2>/dev/null || true)
  state=$(docker inspect --format '{{.State.Running}} {{.State.Health.Status}}' "${container:-none}" 2>/dev/null || true)
  [[ ${state} == 'true healthy' ]]
}

stop_server() {
  if [[ ${RUNTIME} == native ]]; then systemctl stop "${UNIT}"; else "${COMPOSE[@]}" stop "${SERVICE}"; fi
}

start_server() {
  if [[ ${RUNTIME} == native ]]; then
    systemctl reset-failed "${UNIT}" 2>/dev/null || true
    systemctl -q enable --now "${UNIT}"
  else
    "${COMPOSE[@]}" up --detach --wait --no-deps "${SERVICE}"
  fi
}

# ---- what each member says -------------------------------------------------------------------------------------------
# Seconds to wait for a member that does not answer. A tunnel that just came up may lose its first handshake, and WireGuard
# tries again after five seconds: who decides by the answer whether to take writes waits for that.
PATIENCE=3
SURE=12

# How a member is entered for replication.
way_to() { # MEMBER
  printf '%s user=%s dbname=replication replication=true sslmode=%s passfile=%s connect_timeout=%s application_name=%s' \
    "${ENDPOINT[$1]}" "${ROLE_NAME}" "${SSLMODE}" "${PASSFILE}" "${PATIENCE}" "${SLOT[${SELF}]}"
}

# Asks a member. Sets IS to primary, standby or silent; TIMELINE and POSITION as far as it said them; WHY if it is silent.
ask() { # MEMBER
  local said way
  IS=silent TIMELINE=0 POSITION='' WHY=''
  way=$(way_to "$1")
  if ! said=$(as_client timeout $((PATIENCE + 12)) psql --no-psqlrc --quiet --tuples-only --no-align --field-separator ' ' --no-password \
    --dbname "${way}" --command 'SHOW in_hot_standby' --command IDENTIFY_SYSTEM 2>&1 </dev/null); then
    WHY=${said%%$'\n'*} && WHY=${WHY##*: } && WHY=${WHY# }
    return 0
  fi
  [[ ${said} =~ ^(on|off)$'\n'[0-9]+\ ([0-9]+)\ ([0-9A-F]+/[0-9A-F]+) ]] || {
    WHY=${said%%$'\n'*}
    return 0
  }
  TIMELINE=${BASH_REMATCH[2]} POSITION=${BASH_REMATCH[3]}
  if [[ ${BASH_REMATCH[1]} == off ]]; then IS=primary; else IS=standby; fi
}

# Looks for the member that takes writes; sets PRIMARY, or REASONS if none says that it does.
find_primary() {
  local member
  PRIMARY='' REASONS=''
  for member in "${OTHERS[@]}"; do
    ask "${member}"
    [[ ${IS} != primary ]] || { PRIMARY=${member} && return 0; }
    REASONS+="${REASONS:+; }${member} is ${IS}${WHY:+ (${WHY})}"
  done
}

# Sets REPLY to what the control file of this host's cluster says.
controlled() { # FIELD
  REPLY=$(in_server "${PROGRAMS}pg_controldata" "${PLACE}")
  REPLY=$(sed -n "s/^$1: *//p" <<<"${REPLY}")
}

# What lies on this host. Sets HERE to
#   nothing   no cluster
#   empty     a cluster in which nothing was ever made, as the package leaves it
#   standby   a copy that follows
#   data      a cluster that takes writes of its own
look_here() {
  HERE=nothing
  [[ -n ${DATA} ]] || return 0
  if [[ ! -e ${DATA}/PG_VERSION ]]; then
    REPLY=$(find "${DATA}" -mindepth 1 -print -quit 2>/dev/null || true)
    [[ -z ${REPLY} ]] || HERE=data
    return 0
  fi
  HERE=standby
  [[ ! -e ${DATA}/standby.signal ]] || return 0
  HERE=data
  if is_active; then "${SQL[@]}" CHECKPOINT >/dev/null 2>&1 </dev/null || return 0; fi
  # Whatever somebody makes gets a number from 16384 on.
  controlled "Latest checkpoint's NextOID"
  [[ ! ${REPLY} =~ ^[0-9]+$ ]] || ((REPLY > 16384)) || HERE=empty
}
