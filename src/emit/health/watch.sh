#!/usr/bin/env bash
# Asks SITE-health-check, and tells people when a probe is not well any more, and when it is again. The same bytes on every
# host; SITE-health-watch.timer runs it.
#
#   health-watch FAILURES [--heartbeat] [CHANNEL]...
#
# A probe counts once it has said the same FAILURES times in a row. What was told of each stands in watch.tsv, and the last
# answers in status.json, both in /var/lib/SITE/health/.
set -Eeuo pipefail
shopt -s inherit_errexit
umask 022
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

SITE=$(readlink -f "${BASH_SOURCE[0]}")
SITE=${SITE%/*}
SITE=${SITE##*/}
STATE=/var/lib/${SITE}/health
FAILURES=$1
HEARTBEAT=''
shift
if [[ ${1-} == --heartbeat ]]; then
  HEARTBEAT=1
  shift
fi

WORK=$(mktemp -d)
trap 'rm -rf "${WORK}"' EXIT

# ---- what is, as lines of: probe, state, message ----------------------------------------------------------------------
"${SITE}-health-check" --json >"${WORK}/status.json" 2>"${WORK}/errors" || true
if ! jq -r '.probes[] | [.name, .status, .message] | map(gsub("[[:cntrl:]]"; " ")) | join("\t")' "${WORK}/status.json" \
  >"${WORK}/now" 2>/dev/null || [[ ! -s ${WORK}/now ]]; then
  REPLY=$(tail -n 1 "${WORK}/errors")
  printf 'health check\tcritical\tit could not ask: %s\n' "${REPLY}" >"${WORK}/now"
  jq -nc --arg site "${SITE}" --arg host "${HOSTNAME}" '{$site, $host, status: "critical", probes: []}' >"${WORK}/status.json"
fi

# ---- what was told, and how often it has been otherwise since: probe, state, count -------------------------------------
declare -A told=() count=()
if [[ -r ${STATE}/watch.tsv ]]; then
  while IFS=$'\t' read -r name state times; do
    told[${name}]=${state} count[${name}]=${times}
  done <"${STATE}/watch.tsv"
fi

well=() ill=() still=() worst=ok
while IFS=$'\t' read -r name state message; do
  # What waits for its first release or backup is not well, and nothing to wake anybody for.
  [[ ${state} != pending ]] || state=ok
  [[ ${state} != critical ]] || worst=critical
  before=${told[${name}]-ok} times=0
  if [[ ${state} != "${before}" ]]; then
    times=$((${count[${name}]-0} + 1))
    if ((times >= FAILURES)); then
      times=0 before=${state}
      if [[ ${state} == ok ]]; then well+=("${name}: ${message}"); else ill+=("${name} is ${state}: ${message}"); fi
    fi
  elif [[ ${state} != ok ]]; then
    still+=("${name} is ${state}: ${message}")
  fi
  printf '%s\t%s\t%s\n' "${name}" "${before}" "${times}" >>"${WORK}/watch.tsv"
done <"${WORK}/now"

# ---- what is told -----------------------------------------------------------------------------------------------------
if (($# && ${#well[@]} + ${#ill[@]})); then
  if ((${#ill[@]})); then
    status=failed subject="${ill[0]%%: *} on ${HOSTNAME}"
    ((${#ill[@]} == 1)) || subject+=", and $((${#ill[@]} - 1)) more"
  else
    status=recovered subject="${well[0]%%: *} is well again on ${HOSTNAME}"
    ((${#well[@]} == 1)) || subject+=", and $((${#well[@]} - 1)) more"
  fi
  {
    for line in "${ill[@]}"; do printf '%s\n' "${line}"; done
    for line in "${well[@]}"; do printf 'well again: %s\n' "${line}"; done
    for line in "${still[@]}"; do printf 'still: %s\n' "${line}"; done
    printf 'All of it: %s-health-check --verbose\n' "${SITE}"
  } | "${SITE}-notify" health "${status}" "${SITE}: ${subject}" "$@" || true
elif (($#)); then
  "${SITE}-notify" --flush || true
fi

install -d -m 0755 "${STATE}"
for file in watch.tsv status.json; do
  install -m 0644 "${WORK}/${file}" "${STATE}/${file}.new"
  mv -f "${STATE}/${file}.new" "${STATE}/${file}"
done
# A host that cannot say that it is well must be missed.
[[ -z ${HEARTBEAT} || ${worst} == critical ]] || "${SITE}-notify" --heartbeat health
