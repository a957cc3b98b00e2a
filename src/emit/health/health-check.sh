#!/usr/bin/env bash
# Asks whether all that belongs on this host is well. The same bytes on every host: what to ask stands in
# /etc/SITE/health.tsv, and SITE is the first part of this program's name.
set -Eeuo pipefail
shopt -s inherit_errexit extglob
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

usage() {
  cat <<'HELP'
usage: SITE-health-check [--verbose | --quiet | --json | --metrics] [--critical]

  --verbose   every probe, not only those that are not well
  --quiet     the exit code only
  --json      every probe as JSON
  --metrics   every probe in the text format of Prometheus, for the textfile collector of its node exporter
  --critical  warnings count as well: for a gate, such as the end of an installation

exit: 0 all is well, 1 a warning, 2 critical, 3 could not ask (the codes of monitoring plugins)

A certificate, a disk and the memory warn at their limit, and are critical half way from there to the end.
What waits for a release that was never deployed, or for the first backup, is pending: it counts as a warning.
HELP
}

SITE=${BASH_SOURCE[0]##*/}
SITE=${SITE%-health-check}
PROBES=/etc/${SITE}/health.tsv
FORMAT=short
GATE=''

# ---- probes: each says `ok`, `pending`, `warning` or `critical`, and one line about it ----------------------------------
say() { printf '%s\t%s\n' "$1" "${*:2}"; }

# Says how a figure that should not fall stands to its limit; below half of it, it is critical.
say_low() { # VALUE LIMIT TEXT
  if (($1 * 2 < $2)); then
    say critical "$3"
  elif (($1 < $2)); then
    say warning "$3"
  else
    say ok "$3"
  fi
}

probe_unit() { # UNIT
  local state
  state=$(systemctl is-active "$1" 2>/dev/null || true)
  if [[ ${state} == active ]]; then say ok active; else say critical "$1 is ${state:-unknown}"; fi
}

probe_container() { # SERVICE COMPOSE-FILE
  local id state
  id=$(timeout 10 docker compose --file "$2" ps --all --quiet "$1" 2>/dev/null | head -n 1) || true
  if [[ -z ${id} ]]; then
    say critical "there is no container $1"
    return
  fi
  state=$(timeout 10 docker inspect --format '{{.State.Status}}{{if .State.Health}} {{.State.Health.Status}}{{end}}' "${id}")
  case ${state} in
    running | 'running healthy') say ok "${state}" ;;
    *) say critical "the container $1 is ${state}" ;;
  esac
}

probe_http() { # URL HOST
  local -a options=(--silent --show-error --output /dev/null --max-time 5 --write-out '%{http_code}')
  local url=$1 status rest
  if [[ ${url} == unix:* ]]; then # unix:/run/x.sock:/path
    rest=${url#unix:}
    options+=(--unix-socket "${rest%%:*}")
    url=http://localhost${rest#*:}
  fi
  if [[ ${url} == https://* ]]; then
    options+=(--insecure) # certificates have probes of their own
    if [[ $2 != - ]]; then
      rest=${url#https://}
      options+=(--connect-to "$2:443:${rest%%/*}")
      url=https://$2/${rest#*/}
    fi
  elif [[ $2 != - ]]; then
    options+=(--header "Host: $2")
  fi
  if ! status=$(curl "${options[@]}" "${url}" 2>&1); then
    status=${status%%$'\n'*}
    say critical "$1: ${status%000}"
  elif [[ ${status} == [23]?? ]]; then
    say ok "$1 answers ${status}"
  else
    say critical "$1 answers ${status}"
  fi
}

probe_tcp() { # ADDRESS PORT
  # shellcheck disable=SC2016 # the words are the inner shell's
  if timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' _ "$1" "$2" 2>/dev/null; then
    say ok "$1 port $2 is open"
  else
    say critical "nothing answers at $1 port $2"
  fi
}

probe_command() { # COMMAND
  local output status=0
  output=$(timeout 10 bash -c "$1" 2>&1 </dev/null) || status=$?
  output=${output%%$'\n'*}
  if ((status == 0)); then say ok "${output:-done}"; else say critical "status ${status}: ${output:-$1}"; fi
}

probe_certificate() { # FILE DAYS
  local end left names
  if ! end=$(openssl x509 -noout -enddate -in "$1" 2>/dev/null); then
    say critical "$1 is no certificate"
    return
  fi
  end=$(date -d "${end#notAfter=}" +%s)
  left=$(((end - EPOCHSECONDS) / 86400))
  names=$(openssl x509 -noout -issuer -subject -nameopt RFC2253 -in "$1")
  if ((end <= EPOCHSECONDS)); then
    say critical "$1 ended $((-left)) days ago"
  elif [[ ${names#*issuer=} == "${names#*subject=}"* || ${names#issuer=} == "${names##*subject=}"$'\n'* ]]; then
    say warning "$1 is self-signed: the real one has not come yet"
  else
    say_low "${left}" "$2" "$1 ends in ${left} days"
  fi
}

probe_disk() { # PATH PERCENT
  local used inodes
  used=$(df --output=pcent "$1" | tail -n 1)
  used=${used//[^0-9]/}
  inodes=$(df --output=ipcent "$1" | tail -n 1)
  inodes=${inodes//[^0-9]/}
  if ((${inodes:-0} > used)); then
    say_low "$((100 - inodes))" "$((100 - $2))" "$1 has used ${inodes} % of its inodes"
  else
    say_low "$((100 - used))" "$((100 - $2))" "$1 is ${used} % full"
  fi
}

probe_memory() { # PERCENT
  local key value total=1 available=0
  while read -r key value _; do
    case ${key} in
      MemTotal:) total=${value} ;;
      MemAvailable:) available=${value} ;;
      *) ;;
    esac
  done </proc/meminfo
  value=$((available * 100 / total))
  say_low "${value}" "$1" "${value} % of the memory are available"
}

probe_backup() { # DIRECTORY HOURS
  local age said
  # The last run says itself that it failed, before its predecessor gets too old.
  if [[ -r $1/status.json ]] && said=$(jq -r 'select(.status == "failed") | [.destinations[].error // empty, .error // empty][0] // "no reason given"' "$1/status.json") \
    && [[ -n ${said} ]]; then
    say critical "the last backup failed: ${said//[[:cntrl:]]/ }"
    return
  fi
  if [[ -r $1/last-success ]]; then
    age=$(((EPOCHSECONDS - $(<"$1/last-success")) / 3600))
    if ((age >= $2)); then say critical "the last good backup is ${age} hours old"; else say ok "${age} hours old"; fi
    return
  fi
  age=$(stat -c %W "$1" 2>/dev/null || printf '%s' "${EPOCHSECONDS}")
  if ((age > 0 && (EPOCHSECONDS - age) / 3600 > $2)); then
    say critical "no backup has ever succeeded"
  else
    say pending "no backup was made yet"
  fi
}

# Who knows says a state and a line, as a probe does.
probe_state() { # COMMAND
  timeout 30 bash -c "$1" 2>&1 || say critical "$1 failed"
}

probe_replication() { # SERVICE
  timeout 30 "/usr/local/sbin/${SITE}-standby" "$1" probe 2>&1 || say critical "${SITE}-standby $1 probe failed"
}

# Its own program knows; a secret that is due is no reason to go back.
probe_secrets() {
  local output status=0
  output=$(timeout 10 "/usr/local/sbin/${SITE}-rotate-secret" --due 2>&1) || status=$?
  output=${output//$'\n'/; }
  if ((status == 0)); then say ok "none is due"; else say warning "${output//+( )/ }"; fi
}

probe_dns() { # ZONE ADDRESS
  local label query='\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00' reply length
  local -a labels
  IFS=. read -r -a labels <<<"$1"
  for label in "${labels[@]}"; do
    printf -v length '\\x%02x' "${#label}"
    query+=${length}${label}
  done
  query+='\x00\x00\x06\x00\x01' # SOA
  # shellcheck disable=SC2016 # the words are the inner shell's
  reply=$(timeout 3 bash -c 'exec 3<>"/dev/udp/$1/53" && printf "$2" >&3 && head -c 12 <&3 | od -An -v -tx1' _ "$2" "${query}" 2>/dev/null) || reply=''
  reply=${reply//[ $'\n']/}
  if [[ -z ${reply} ]]; then
    say critical "$2 does not answer for $1"
  elif (((0x${reply:4:4} & 0x040f) == 0x0400)); then
    say ok "$2 answers for $1"
  else
    say critical "$2 is not the name server of $1 (flags ${reply:4:4})"
  fi
}

# ---- one after the other is too slow when several time out ------------------------------------------------------------
probe() { # KIND ARGUMENT...
  case $1 in
    unit) probe_unit "$2" ;;
    container) probe_container "$2" "$3" ;;
    http) probe_http "$2" "$3" ;;
    tcp) probe_tcp "$2" "$3" ;;
    command) probe_command "$2" ;;
    certificate) probe_certificate "$2" "$3" ;;
    disk) probe_disk "$2" "$3" ;;
    memory) probe_memory "$2" ;;
    backup) probe_backup "$2" "$3" ;;
    state) probe_state "$2" ;;
    replication) probe_replication "$2" ;;
    secrets) probe_secrets ;;
    dns) probe_dns "$2" "$3" ;;
    *) say critical "this program has no probe '$1'" ;;
  esac
}

ask() { # LINE NUMBER
  local name kind a b c waits state message
  IFS=$'\t' read -r name kind a b c waits <<<"$1"
  # A probe that breaks down shows by what it said last.
  set +e
  (probe "${kind}" "${a}" "${b}" "${c}") >"${WORK}/$2.said" 2>&1
  IFS=$'\t' read -r state message <"${WORK}/$2.said"
  case ${state} in
    ok | pending | warning | critical) ;;
    *) message="the probe failed: ${state} ${message-}" state=critical ;;
  esac
  if [[ ${state} == critical && ${waits} != - && ! -e ${waits} ]]; then
    state=pending message="waits for ${waits}, which was never deployed"
  fi
  printf '%s\t%s\t%s\t%s\n' "${state}" "${name}" "${kind}" "${message-}" >"${WORK}/$2"
}

json() { # TEXT -> REPLY
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  REPLY=${REPLY//[[:cntrl:]]/ }
}

report() { # STATUS COUNT NOT-WELL
  local state name kind message separator=''
  case ${FORMAT} in
    quiet) return ;;
    json)
      printf '{"site":"%s","host":"%s","status":"%s","probes":[' "${SITE}" "${HOSTNAME}" "$1"
      while IFS=$'\t' read -r state name kind message; do
        json "${name}"
        name=${REPLY}
        json "${message}"
        message=${REPLY}
        printf '%s{"name":"%s","kind":"%s","status":"%s","message":"%s"}' "${separator}" "${name}" "${kind}" "${state}" "${message}"
        separator=,
      done <"${WORK}/results"
      printf ']}\n'
      ;;
    metrics)
      printf '# HELP sitewright_probe Whether a probe is well: 0 ok, 1 warning, 2 critical.\n# TYPE sitewright_probe gauge\n'
      while IFS=$'\t' read -r state name kind message; do
        case ${state} in
          ok) state=0 ;;
          pending | warning) state=1 ;;
          *) state=2 ;;
        esac
        json "${name}"
        printf 'sitewright_probe{site="%s",host="%s",probe="%s",kind="%s"} %s\n' "${SITE}" "${HOSTNAME}" "${REPLY}" "${kind}" "${state}"
      done <"${WORK}/results"
      ;;
    *)
      if (($3 == 0)); then
        printf '%s - %s probes\n' "${1^^}" "$2"
      else
        printf '%s - %s of %s probes are not well\n' "${1^^}" "$3" "$2"
      fi
      while IFS=$'\t' read -r state name kind message; do
        [[ ${FORMAT} == short && ${state} == ok ]] || printf '%-9s %-28s %s\n' "${state}" "${name}" "${message}"
      done <"${WORK}/results"
      ;;
  esac
}

while (($#)); do
  case $1 in
    --verbose | --quiet | --json | --metrics) FORMAT=${1#--} ;;
    --critical) GATE=1 ;;
    --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 3
      ;;
  esac
  shift
done
if [[ ! -r ${PROBES} ]]; then
  printf '%s cannot be read\n' "${PROBES}" >&2
  exit 3
fi

WORK=$(mktemp -d)
trap 'rm -rf "${WORK}"' EXIT
count=0
while IFS= read -r line; do
  [[ -n ${line} && ${line} != '#'* ]] || continue
  count=$((count + 1))
  ask "${line}" "${count}" &
done <"${PROBES}"
wait
: >"${WORK}/results"
for ((i = 1; i <= count; i++)); do cat "${WORK}/${i}" >>"${WORK}/results"; done
criticals=$(grep -c '^critical' "${WORK}/results" || true)
warnings=$(grep -cE '^(warning|pending)' "${WORK}/results" || true)
status=ok code=0
if ((warnings)); then status=warning code=1; fi
if ((criticals)); then status=critical code=2; fi
report "${status}" "${count}" "$((criticals + warnings))"
if [[ -n ${GATE} && ${code} == 1 ]]; then code=0; fi
exit "${code}"
