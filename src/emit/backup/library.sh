#!/usr/bin/env bash
# Saves what must not be lost on this host, brings it back, and tries whether it would come back: SITE-backup,
# SITE-restore and SITE-restore-test run this. The same bytes on every host: read it once. What belongs to this host
# stands in /etc/SITE/backup/plan.tsv, tab-separated, an empty field written `-`:
#
#   host         LABEL                          who made a snapshot, in the repositories
#   status       FILE                           how the last run went, as JSON
#   source       NAME KIND STOP ACCESS FIELD... what is saved; STOP are the units and containers that hold it open
#   destination  NAME PLACE DAILY WEEKLY MONTHLY YEARLY   a restic repository: NAME.env says where, PLACE is local or remote
#   notify       NAME KIND                      slack, webhook, email: notify-NAME.curl says where; sendmail: to the contact
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
LABEL='' STATUS_FILE='' WORK='' STATUS=0
SOURCES=() DESTINATIONS=() CHANNELS=()
declare -A SOURCE=() DESTINATION=() CHANNEL=()

# ---- what is said ----------------------------------------------------------------------------------------------------
say() {
  printf '%s\n' "$*"
  if [[ -d ${LOG%/*} ]]; then printf '%(%FT%T%z)T %s\n' -1 "$*" >>"${LOG}"; fi
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
      notify) CHANNELS+=("${name}") CHANNEL[${name}]=${rest} ;;
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
  for folder in "${STATE}/work"/*; do
    [[ -d /proc/${folder##*/} ]] || rm -rf "${folder}" # of a run that was killed
  done
  WORK=${STATE}/work/$$
  rm -rf "${WORK}"
  mkdir "${WORK}"
  trap 'rm -rf "${WORK}"' EXIT
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
    restic --option "sftp.command=${SFTP_COMMAND}" "$@"
  else
    restic "$@"
  fi
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
notify() { # failed|recovered SUBJECT, the text on stdin
  local name kind text subject=$2
  text=$(cat)
  for name in "${CHANNELS[@]}"; do
    kind=${CHANNEL[${name}]}
    attempt send "$1" "${name}" "${kind}" "${subject}" "${text}" >"${WORK}/notify.log" 2>&1
    if ((STATUS)); then
      kind=$(last_words "${WORK}/notify.log")
      complain "the message to ${name} was not sent: ${kind}"
    fi
  done
}

send() { # STATUS NAME KIND SUBJECT TEXT
  local -a curl=(curl --silent --show-error --fail --max-time 30 --retry 2 --config "${ETC}/notify-$2.curl")
  case $3 in
    slack) jq -nc --arg text "*$4*"$'\n'"$5" '{text: $text}' | "${curl[@]}" >/dev/null ;;
    webhook)
      jq -nc --arg site "${SITE}" --arg host "${LABEL}" --arg status "$1" --arg subject "$4" --arg text "$5" \
        '{site: $site, host: $host, event: "backup", status: $status, subject: $subject, text: $text}' | "${curl[@]}" >/dev/null
      ;;
    email) mail_text "$2" "$4" "$5" | "${curl[@]}" >/dev/null ;;
    sendmail) mail_text "$2" "$4" "$5" | sendmail -t ;;
    *) die "no such channel: $3" ;;
  esac
}

mail_text() { # NAME SUBJECT TEXT
  cat "${ETC}/notify-$1.headers"
  printf 'Subject: %s\nDate: %(%a, %d %b %Y %H:%M:%S %z)T\n\n%s\n' "$2" -1 "$3"
}
