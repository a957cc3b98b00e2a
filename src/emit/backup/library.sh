#!/usr/bin/env bash
# Saves what must not be lost on this host, brings it back, and tries whether it would come back: SITE-backup,
# SITE-restore and SITE-restore-test run this. The same bytes on every host: read it once. What belongs to this host
# stands in /etc/SITE/backup/plan.tsv, tab-separated, an empty field written `-`:
#
#   host         LABEL                          who made a snapshot, in the repositories
#   status       FILE                           how the last run went, as JSON
#   source       NAME KIND STOP ACCESS FIELD... what is saved; STOP are the units and containers that hold it open
#   destination  NAME PLACE DAILY WEEKLY MONTHLY YEARLY   a restic repository: NAME.env says where, PLACE is local or remote
#   notify       CHANNEL                        who hears of a failure, by SITE-notify
#   heartbeat    NAME                           what SITE-notify asks for when all was saved
#
# ACCESS is `native USER` or `container USER@SERVICE`, or `-`. A snapshot that is whole is tagged SITE and source:NAME. One
# that is being made, or was cut short, is tagged partial-SITE instead, so nothing ever takes it for a backup.
set -Eeuo pipefail
shopt -s inherit_errexit nullglob
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /

SITE=$(readlink -f "${BASH_SOURCE[0]}")
SITE=${SITE%/*}
SITE=${SITE##*/}
ETC=/etc/${SITE}/backup
STATE=/var/lib/${SITE}/backup
LOG=/var/log/${SITE}/backup.log
COMPOSE=(docker compose --file "/etc/${SITE}/compose/compose.yaml" --project-name "${SITE}")
export RESTIC_CACHE_DIR=/var/cache/${SITE}-restic
LABEL='' STATUS_FILE='' WORK='' NOTES='' STATUS=0
HEARTBEAT='' SOURCES=() DESTINATIONS=() CHANNELS=() RESTIC=(restic)
declare -A SOURCE=() DESTINATION=()

# ---- what is said ----------------------------------------------------------------------------------------------------
say() {
  printf '%s\n' "$*"
  # A full disk must not keep a run from saying so.
  if [[ -d ${LOG%/*} ]]; then printf '%(%FT%T%z)T %s\n' -1 "$*" 2>/dev/null >>"${LOG}" || true; fi
}
complain() { say "$@" >&2; }
die() {
  complain "error: $*"
  exit 1
}

# Runs a command and leaves in STATUS how it went. Within `if` or `||`, bash would go on after errors inside it.
attempt() { # COMMAND...
  set +e
  (set -e && "$@")
  STATUS=$?
  set -e
}

# The line of a log that says best what went wrong.
last_words() { # FILE
  local words
  words=$(grep -iE 'error|fatal|failed' "$1" | tail -n 1) || words=$(grep -v '^[[:space:]]*$' "$1" | tail -n 1) || words=''
  words=${words//[[:cntrl:]]/ }
  printf '%s' "${words:0:300}"
}

# ---- plan and lock ---------------------------------------------------------------------------------------------------
read_plan() {
  local line kind name rest
  while IFS= read -r line; do
    [[ -n ${line} && ${line} != '#'* ]] || continue
    IFS=$'\t' read -r kind name rest <<<"${line}"
    case ${kind} in
      host) LABEL=${name} ;;
      status) STATUS_FILE=${name} ;;
      source) SOURCES+=("${name}") SOURCE[${name}]=${rest} ;;
      destination) DESTINATIONS+=("${name}") DESTINATION[${name}]=${rest} ;;
      notify) CHANNELS+=("${name}") ;;
      heartbeat) HEARTBEAT=${name} ;;
      *) die "${ETC}/plan.tsv: no such record: ${kind}" ;;
    esac
  done <"${ETC}/plan.tsv"
}

begin() {
  local folder
  ((EUID == 0)) || die "this must run as root"
  [[ -r ${ETC}/plan.tsv ]] || die "${ETC}/plan.tsv cannot be read"
  read_plan
  install -d -m 0700 "${STATE}" "${STATE}/work" "${STATE}/known" "${RESTIC_CACHE_DIR}"
  exec 9>>"${STATE}/lock"
  flock --nonblock 9 || [[ ! -t 1 ]] || complain "another backup or restore is at work; waiting for it"
  flock --wait "${LOCK_WAIT:-0}" 9 || {
    complain "another backup or restore is at work"
    exit 75
  }
  for folder in "${STATE}/work"/* "/run/${SITE}-backup"/*; do
    [[ -d /proc/${folder##*/} ]] || rm -rf "${folder}" # of a run that was killed
  done
  # Dumps go to the disk; what the run notes down of itself must find room when the disk is full.
  WORK=${STATE}/work/$$ NOTES=/run/${SITE}-backup/$$
  rm -rf "${WORK}" "${NOTES}"
  install -d -m 0700 "${NOTES%/*}" "${NOTES}"
  mkdir "${WORK}" || WORK=${NOTES}
  trap 'rm -rf "${WORK}" "${NOTES}"' EXIT
  trap 'exit 130' INT TERM HUP
  # Those who use this host come first.
  renice -n 10 -p $$ >/dev/null 2>&1 || true
  ionice -c 3 -p $$ 2>/dev/null || true
}

# Sets KIND, STOP, ACCESS, WHO, IN and FIELDS to what the plan says of a source.
open_source() { # NAME
  local access
  [[ -n ${SOURCE[$1]-} ]] || die "the plan has no source $1; it has: ${SOURCES[*]}"
  IFS=$'\t' read -r -a FIELDS <<<"${SOURCE[$1]}"
  KIND=${FIELDS[0]} STOP=${FIELDS[1]} access=${FIELDS[2]}
  FIELDS=("${FIELDS[@]:3}")
  read -r ACCESS WHO <<<"${access}"
  IN=${WHO#*@} WHO=${WHO%%@*}
}

known_sources() { # NAME...
  local name
  for name in "$@"; do [[ -n ${SOURCE[${name}]-} ]] || die "the plan has no source ${name}; it has: ${SOURCES[*]}"; done
}

known_destinations() { # NAME...
  local name
  for name in "$@"; do
    [[ -n ${DESTINATION[${name}]-} ]] || die "the plan has no destination ${name}; it has: ${DESTINATIONS[*]}"
  done
}

# ---- getting at servers ----------------------------------------------------------------------------------------------
container_id() { # SERVICE
  local id
  id=$("${COMPOSE[@]}" ps --quiet "$1" | head -n 1)
  [[ -n ${id} ]] || die "the container $1 does not run"
  printf '%s' "${id}"
}

# Runs a program beside the server of the open source, as the server's user.
inside() { # COMMAND...
  local id
  if [[ ${ACCESS} == container ]]; then
    id=$(container_id "${IN}")
    docker exec -i -u "${WHO}" -e REDISCLI_AUTH -e PGOPTIONS "${id}" "$@"
  else
    runuser -u "${WHO}" -- "$@"
  fi
}

# The password goes by the environment: no process list shows it.
redis() { # COMMAND...
  local REDISCLI_AUTH
  REDISCLI_AUTH=$(<"/etc/${SITE}/secrets/${FIELDS[1]}")
  export REDISCLI_AUTH
  inside redis-cli --user backup -p "${FIELDS[0]}" "$@"
}

# Where a path of the open source's server is on this host.
host_path() { # PATH
  local id destination origin best='' result=$1
  if [[ ${ACCESS} == container ]]; then
    id=$("${COMPOSE[@]}" ps --all --quiet "${IN}" | head -n 1)
    while IFS=$'\t' read -r destination origin; do
      if [[ -n ${destination} && $1/ == "${destination}"/* && ${#destination} -gt ${#best} ]]; then
        best=${destination} result=${origin}${1#"${destination}"}
      fi
    done < <(docker inspect --format '{{range .Mounts}}{{.Destination}}{{"\t"}}{{.Source}}{{"\n"}}{{end}}' "${id}" || true)
    [[ -n ${best} ]] || die "$1 of the container ${IN} is on no volume"
  fi
  printf '%s' "${result}"
}

volume_path() { # VOLUME
  local id
  id=$(docker volume ls --quiet --filter "label=com.docker.compose.project=${SITE}" \
    --filter "label=com.docker.compose.volume=$1")
  [[ -n ${id} ]] || die "there is no volume $1"
  docker volume inspect --format '{{.Mountpoint}}' "${id}"
}

psql_as_admin() { # DATABASE, the statements on stdin
  inside psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$1"
}

# ---- repositories ----------------------------------------------------------------------------------------------------
# Makes a destination the one that restic uses; in a subshell, so that its credentials end there.
use_destination() { # NAME
  # shellcheck source=/dev/null
  set -a && . "${ETC}/$1.env" && set +a
}

restic_() {
  if [[ -n ${SFTP_COMMAND-} ]]; then
    "${RESTIC[@]}" --option "sftp.command=${SFTP_COMMAND}" "$@"
  else
    "${RESTIC[@]}" "$@"
  fi
}

# For those who only read: a repository on a full disk, or whose key may not write, takes no lock, and holds all that it held.
read_only_if_needed() {
  attempt restic_ cat config >/dev/null 2>"${NOTES}/config"
  ((STATUS)) || return 0
  grep -qE 'unable to create lock|Load\(<lock' "${NOTES}/config" || return 0
  complain "the repository takes no lock, so it is read without"
  RESTIC+=(--no-lock)
}

# The newest whole snapshot of a source, or the one that was asked for.
find_snapshot() { # SOURCE [ID]
  local id
  id=$(restic_ snapshots --json --host "${LABEL}" --tag "${SITE},source:$1" ${2:+"$2"} \
    | jq -r 'if length > 0 then max_by(.time).id else "" end')
  [[ -n ${id} ]] || die "${RESTIC_REPOSITORY-} has no whole snapshot ${2-}${2:+ }of $1"
  printf '%s' "${id}"
}

snapshot_size() { # ID -> bytes
  restic_ stats --json --mode restore-size "$1" | jq -r .total_size
}

enough_space() { # BYTES DIRECTORY
  local free
  free=$(df --output=avail -B 1 "$2" | tail -n 1)
  ((free > $1 + 67108864)) || die "$2 has ${free} bytes free, and $1 are needed"
}

# The name of a stream in its snapshot.
stream_name() { printf '%s.%s' "${1//[^A-Za-z0-9_.-]/-}" "${KIND}"; }

# ---- messages --------------------------------------------------------------------------------------------------------
# Each change is told once: what the last message of a KEY was about is known.
notify() { # KEY STATE EVENT failed|recovered SUBJECT, the text on stdin
  ((${#CHANNELS[@]})) || return 0
  attempt "${SITE}-notify" --once "$1" "$2" "$3" "$4" "$5" "${CHANNELS[@]}" 2>"${NOTES}/notify.log"
  if [[ -s ${NOTES}/notify.log ]]; then
    REPLY=$(<"${NOTES}/notify.log")
    complain "${REPLY}"
  fi
}

# What a failure is about, whatever it says: the next one is told if it is another.
failures_of() { # FILE of results
  jq -r 'select(.status != "success") | "\(.destination)/\(.source)"' "$1" | sort | tr '\n' ' '
}

describe_failures() { # FILE of results
  jq -r 'select(.status != "success") | "\(.destination)\(if .source == "-" then "" else ", " + .source end): \(.error)"' "$1"
}
