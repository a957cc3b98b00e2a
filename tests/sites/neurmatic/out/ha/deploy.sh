#!/usr/bin/env bash
# Brings this environment to its hosts by ssh, host after host, and takes it back everywhere when one of them is not well.
# The same bytes in every environment: the hosts, and what is released on them, stand in deploy.tsv beside it.
#
# Who may log in comes from ssh's own settings, or from two variables, as workflows have them:
#   SSH_KEY           the private key itself
#   SSH_KNOWN_HOSTS   the hosts' public keys, as in known_hosts; no other is believed
set -Eeuo pipefail
shopt -s inherit_errexit
umask 077
export LC_ALL=C

usage() {
  cat <<'HELP'
usage: deploy.sh [install | plan | health | rollback] [--host HOST]… [--user USER]
       deploy.sh release SERVICE ARCHIVE [--host HOST]… [--user USER]

  install    copy each host's folder to it and apply it (the default)
  plan       what that would change, as a diff with secrets masked; nothing is touched
  health     ask each host's health check
  rollback   bring back on each host what was there before its last apply
  release    put a built archive of a service in place, on every host that runs it
  --host     only this one
  --user     log in as somebody else, such as root the first time

A host that fails is back by itself as it was; those that had taken the change before it are then taken back too.
exit: 0 done, 1 failed and taken back as far as that is said, 2 could not begin: nothing was touched
HELP
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE

say() { printf '%-10s %s\n' "$1" "${*:2}"; }
die() {
  printf '%-10s %s\n' error "${*:2}" >&2
  exit "$1"
}
wrong_usage() {
  usage >&2
  exit 2
}

# ---- the plan ----------------------------------------------------------------------------------------------------------
SITE='' ENVIRONMENT=''
declare -a HOSTS=() WANTED=()
declare -A ADDRESS=() PORT=() LOGIN=() RELEASED=()

read_plan() {
  local kind a b c d
  while IFS=$'\t' read -r kind a b c d; do
    case ${kind} in
      site) SITE=${a} ;;
      environment) ENVIRONMENT=${a} ;;
      host) HOSTS+=("${a}") ADDRESS[${a}]=${b} PORT[${a}]=${c} LOGIN[${a}]=${d} ;;
      release) RELEASED["${a} ${b}"]=1 ;;
      *) ;;
    esac
  done <"${HERE}/deploy.tsv"
}

choose_hosts() {
  local host
  for host in "${WANTED[@]}"; do
    [[ -n ${ADDRESS[${host}]-} ]] || die 2 "${ENVIRONMENT} has no host ${host}; it has ${HOSTS[*]}"
  done
  ((${#WANTED[@]} == 0)) || HOSTS=("${WANTED[@]}")
}

# ---- ssh ---------------------------------------------------------------------------------------------------------------
declare -a OPTIONS=() CONNECTED=()

# One connection to each host for all that follows: firewalls count them.
connect() {
  local host
  OPTIONS=(-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=15 -o ServerAliveInterval=15
    -o ServerAliveCountMax=8 -o "ControlPath=${WORK}/%C")
  if [[ -n ${SSH_KEY-} ]]; then
    printf '%s\n' "${SSH_KEY}" >"${WORK}/key"
    OPTIONS+=(-F none -o IdentitiesOnly=yes -o IdentityAgent=none -i "${WORK}/key")
  fi
  if [[ -n ${SSH_KNOWN_HOSTS-} ]]; then
    printf '%s\n' "${SSH_KNOWN_HOSTS}" >"${WORK}/known_hosts"
    OPTIONS+=(-o "UserKnownHostsFile=${WORK}/known_hosts" -o GlobalKnownHostsFile=/dev/null)
  fi
  [[ -z ${CI-} || (-n ${SSH_KEY-} && -n ${SSH_KNOWN_HOSTS-}) ]] || die 2 "SSH_KEY and SSH_KNOWN_HOSTS are not both set: see the runbook"
  unset SSH_KEY SSH_KNOWN_HOSTS
  for host in "${HOSTS[@]}"; do
    # The connection outlives this command, so it must hold no end of a pipe.
    ssh "${OPTIONS[@]}" -o ControlMaster=yes -o ControlPersist=yes -p "${PORT[${host}]}" -fN -- "${LOGIN[${host}]}@${ADDRESS[${host}]}" \
      </dev/null >"${WORK}/log" 2>&1 || {
      sed 's/^/  | /' "${WORK}/log" >&2
      die 2 "${host} cannot be reached as ${LOGIN[${host}]} at ${ADDRESS[${host}]}, port ${PORT[${host}]}"
    }
    CONNECTED+=("${host}")
  done
}

remote() { # HOST COMMAND; the standard input goes along
  ssh "${OPTIONS[@]}" -p "${PORT[$1]}" -- "${LOGIN[$1]}@${ADDRESS[$1]}" "$2"
}

as_root() { # HOST COMMAND
  if [[ ${LOGIN[$1]} == root ]]; then remote "$1" "$2"; else remote "$1" "sudo -n -- sh -c '$2'"; fi
}

# ---- what is done on a host --------------------------------------------------------------------------------------------
declare -a CHANGED=()
declare -A BEFORE=()

generation() { # HOST -> REPLY, empty where nothing was applied yet
  REPLY=$(as_root "$1" "cat /var/lib/sitewright/${SITE}/current 2>/dev/null || true" </dev/null)
  [[ ${REPLY} =~ ^[1-9][0-9]*$ ]] || REPLY=''
}

copy() { # HOST
  say copy "${SITE}-bundle/$1 to ${ADDRESS[$1]}"
  tar -C "${HERE}" -cz -- "$1" | remote "$1" "rm -rf ${SITE}-bundle && mkdir ${SITE}-bundle && tar -xz --no-same-owner -C ${SITE}-bundle"
}

engine() { # HOST ARGUMENTS
  as_root "$1" "cd ${SITE}-bundle/$1 && ./install.sh ${*:2}" </dev/null
}

# Warnings are for people; what is critical is not well.
well() { # HOST
  as_root "$1" "/usr/local/sbin/${SITE}-health-check; test \$? -le 1" </dev/null
}

install_all() {
  local host
  for host in "${HOSTS[@]}"; do
    generation "${host}"
    BEFORE[${host}]=${REPLY}
  done
  STAGE=installing
  for host in "${HOSTS[@]}"; do
    say host "${host}, generation ${BEFORE[${host}]:-none yet}"
    WHY="${host} does not take it"
    copy "${host}"
    CHANGED+=("${host}")
    engine "${host}" --apply --yes
    WHY="${host} is not well with it"
    well "${host}"
  done
  STAGE='done'
  say installed "${ENVIRONMENT} on ${HOSTS[*]}"
}

release_all() {
  local host digest
  local -a hosts=()
  for host in "${HOSTS[@]}"; do [[ -z ${RELEASED["${SERVICE} ${host}"]-} ]] || hosts+=("${host}"); done
  ((${#hosts[@]})) || die 2 "${SERVICE} is released on none of ${HOSTS[*]}"
  digest=$(sha256sum <"${ARCHIVE}")
  STAGE=releasing
  for host in "${hosts[@]}"; do
    say host "${host}"
    WHY="${host} does not take it"
    as_root "${host}" "/usr/local/sbin/${SITE}-deploy ${SERVICE} - --sha256 ${digest%% *}" <"${ARCHIVE}"
    CHANGED+=("${host}")
    WHY="${host} is not well with it"
    well "${host}"
  done
  STAGE='done'
  say released "${SERVICE} on ${hosts[*]}"
}

# Back on every host that has changed, the last one first; one that cannot go back does not keep the others.
go_back() {
  local i host status
  for ((i = ${#CHANGED[@]} - 1; i >= 0; i--)); do
    host=${CHANGED[i]} status=0
    if [[ ${STAGE} == releasing ]]; then
      say back "${host}: ${SERVICE}"
      as_root "${host}" "/usr/local/sbin/${SITE}-deploy ${SERVICE} --rollback" </dev/null
      status=$?
    else
      REPLY=unknown
      generation "${host}"
      if [[ ${REPLY} == "${BEFORE[${host}]}" ]]; then
        say back "${host} is as it was"
      elif [[ -z ${BEFORE[${host}]} ]]; then
        status=1 # nothing was there before
      else
        say back "${host}, to generation ${BEFORE[${host}]}"
        engine "${host}" --rollback "${BEFORE[${host}]}" --yes
        status=$?
      fi
    fi
    ((status == 0)) || say failed "${host} is not back: look at it" >&2
  done
}

plan_all() {
  local host
  for host in "${HOSTS[@]}"; do
    copy "${host}"
    engine "${host}" --dry-run
  done
}

roll_back_all() {
  local host
  for host in "${HOSTS[@]}"; do
    say back "${host}"
    copy "${host}"
    engine "${host}" --rollback --yes
    well "${host}"
  done
}

# All are asked, whatever the first one says.
ask_all() {
  local host all=0 status
  set +e
  for host in "${HOSTS[@]}"; do
    say host "${host}"
    well "${host}"
    status=$?
    ((status == 0)) || all=1
  done
  return "${all}"
}

leave() {
  local status=$? host
  trap - EXIT
  trap '' INT TERM HUP # what has begun is taken back whole
  set +e
  if [[ ${STAGE} == installing || ${STAGE} == releasing ]]; then
    say failed "${WHY}" >&2
    go_back
    status=1
  fi
  for host in "${CONNECTED[@]}"; do
    ssh "${OPTIONS[@]}" -p "${PORT[${host}]}" -O exit -- "${LOGIN[${host}]}@${ADDRESS[${host}]}" >/dev/null 2>&1
  done
  rm -rf "${WORK}"
  exit "${status}"
}

COMMAND='' SERVICE='' ARCHIVE='' AS='' STAGE='' WHY=''
while (($#)); do
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --host | --user)
      [[ -n ${2-} ]] || wrong_usage
      if [[ $1 == --host ]]; then WANTED+=("$2"); else AS=$2; fi
      shift
      ;;
    install | plan | health | rollback)
      [[ -z ${COMMAND} ]] || wrong_usage
      COMMAND=$1
      ;;
    release)
      [[ -z ${COMMAND} && -n ${2-} && -n ${3-} ]] || wrong_usage
      COMMAND=release SERVICE=$2 ARCHIVE=$3
      shift 2
      ;;
    *) wrong_usage ;;
  esac
  shift
done
read_plan
choose_hosts
[[ ${SERVICE} =~ ^[a-z0-9-]*$ ]] || die 2 "'${SERVICE}' is no service"
[[ -z ${ARCHIVE} || -r ${ARCHIVE} ]] || die 2 "${ARCHIVE} cannot be read"
[[ -z ${AS} ]] || for host in "${HOSTS[@]}"; do LOGIN[${host}]=${AS}; done
WORK=$(mktemp -d)
trap leave EXIT
trap 'exit 130' INT TERM HUP
connect
case ${COMMAND:-install} in
  plan) plan_all ;;
  health) ask_all ;;
  rollback) roll_back_all ;;
  release) release_all ;;
  *) install_all ;;
esac
