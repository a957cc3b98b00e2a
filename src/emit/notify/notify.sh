#!/usr/bin/env bash
# Tells people what happened on this host. The same bytes on every host: what is told where stands in /etc/SITE/notify/, and
# SITE is the first part of this program's name. channels.tsv there is tab-separated:
#
#   host     LABEL HOST     what messages call this host, and what %h in the address of a heartbeat stands for
#   channel  NAME KIND      slack, webhook, email: NAME.curl says where; sendmail: to those in NAME.headers
#
# A message that a channel does not take waits in /var/lib/SITE/notify/queue/ for the next call, for a day at most.
set -Eeuo pipefail
shopt -s inherit_errexit nullglob
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

SITE=${BASH_SOURCE[0]##*/}
SITE=${SITE%-notify}
ETC=/etc/${SITE}/notify
STATE=/var/lib/${SITE}/notify
LABEL='' HOST='' STATUS=0
declare -A CHANNEL=()

usage() {
  cat <<HELP
usage: ${SITE}-notify [--once KEY STATE] EVENT STATUS SUBJECT CHANNEL...   the text on stdin
       ${SITE}-notify --test [CHANNEL]...
       ${SITE}-notify --heartbeat NAME
       ${SITE}-notify --flush

  EVENT, STATUS      for programs: backup, health, job; failed, recovered
  --once KEY STATE   only if STATE is not what was told last of KEY; STATE is \`ok\` where all is well, which nobody is told
                     who was not told of anything else before
  --test             a message to each channel, or to these; says what happened
  --heartbeat NAME   asks for the address in heartbeat.NAME.curl
  --flush            tries again what could not be sent

exit: 0 sent, or nothing to send; 1 at least one channel did not take it
HELP
}

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command and leaves in STATUS how it went, and in REPLY what it said. Within `if` or `||`, bash would go on after errors
# inside it.
attempt() { # COMMAND...
  set +e
  REPLY=$(set -e && "$@" 2>&1)
  STATUS=$?
  set -e
  REPLY=${REPLY//[[:cntrl:]]/ }
}

read_channels() {
  local kind name rest
  while IFS=$'\t' read -r kind name rest; do
    case ${kind} in
      host) LABEL=${name} HOST=${rest} ;;
      channel) CHANNEL[${name}]=${rest} ;;
      *) ;;
    esac
  done <"${ETC}/channels.tsv"
}

# No address is ever on a command line: it may be all that it takes to write there.
post() { # NAME [OPTION]..., the body on stdin
  curl --silent --show-error --fail --max-time 30 --config "${ETC}/$1.curl" "${@:2}" >/dev/null
}

deliver() { # CHANNEL TIME EVENT STATUS SUBJECT, the text on stdin
  local text
  text=$(cat)
  case ${CHANNEL[$1]-} in
    slack)
      jq -nc --arg subject "$5" --arg text "${text}" \
        'def plain: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
        {text: "*\($subject | plain)*\n\($text | plain)"}' | post "$1" --retry 2
      ;;
    webhook)
      jq -nc --arg site "${SITE}" --arg host "${LABEL}" --argjson time "$2" --arg event "$3" --arg status "$4" --arg subject "$5" \
        --arg text "${text}" '{$site, $host, time: ($time | todate), $event, $status, $subject, $text}' | post "$1" --retry 2
      ;;
    email) letter "$1" "$2" "$5" "${text}" | post "$1" ;;
    sendmail) letter "$1" "$2" "$5" "${text}" | sendmail -t ;;
    *) die "there is no channel $1" ;;
  esac
}

letter() { # CHANNEL TIME SUBJECT TEXT
  cat "${ETC}/$1.headers" || return
  printf 'Subject: %s\nDate: %(%a, %d %b %Y %H:%M:%S %z)T\nMessage-ID: <%s.%s.%s@%s>\n\n%s\n' \
    "${3//[[:cntrl:]]/ }" "$2" "$2" "$$" "${RANDOM}" "${LABEL}" "$4"
}

# A message that waits is a file: time, channel, event, status and subject in its first line, then the text.
enqueue() { # CHANNEL EVENT STATUS SUBJECT TEXT
  local file=${STATE}/queue/${EPOCHREALTIME}.$1
  printf '%s\t%s\t%s\t%s\t%s\n%s\n' "${EPOCHSECONDS}" "$1" "$2" "$3" "$4" "$5" >"${file}.new"
  mv "${file}.new" "${file}"
}

# Sends what waits, oldest first.
flush() {
  local file time channel event status subject failed=0
  exec 8>>"${STATE}/lock"
  flock 8
  for file in "${STATE}/queue"/*; do
    [[ ${file} != *.new ]] || continue
    IFS=$'\t' read -r time channel event status subject <"${file}"
    attempt deliver "${channel}" "${time}" "${event}" "${status}" "${subject}" < <(tail -n +2 "${file}" || true)
    if ((STATUS == 0)); then
      rm -f "${file}"
      continue
    fi
    failed=1
    printf 'not sent to %s: %s (%s)\n' "${channel}" "${subject}" "${REPLY:0:300}" >&2
    if [[ -z ${CHANNEL[${channel}]-} ]] || ((EPOCHSECONDS - time > 86400)); then
      printf 'given up: %s, for %s\n' "${subject}" "${channel}" >&2
      rm -f "${file}"
    fi
  done
  exec 8>&-
  return "${failed}"
}

tell() { # EVENT STATUS SUBJECT CHANNEL..., the text on stdin
  local text last='' record channel subject=${3//[[:cntrl:]]/ } failed=0
  text=$(cat)
  if [[ -n ${KEY} ]]; then
    record=${STATE}/told-${KEY//[^A-Za-z0-9_.-]/-}
    [[ ! -e ${record} ]] || last=$(<"${record}")
    [[ ${NOW} != "${last:-ok}" ]] || return 0
  fi
  attempt flush
  failed=${STATUS}
  [[ -z ${REPLY} ]] || printf '%s\n' "${REPLY}" >&2
  for channel in "${@:4}"; do
    # At once, since a full disk has no room for a queue.
    attempt deliver "${channel}" "${EPOCHSECONDS}" "$1" "$2" "${subject}" <<<"${text}"
    if ((STATUS)); then
      printf 'not sent to %s: %s (%s)\n' "${channel}" "${subject}" "${REPLY:0:300}" >&2
      enqueue "${channel}" "$1" "$2" "${subject}" "${text}"
      failed=1
    fi
  done
  if [[ -n ${KEY} ]]; then
    printf '%s\n' "${NOW}" >"${record}.new"
    mv "${record}.new" "${record}"
  fi
  return "${failed}"
}

try_channels() { # CHANNEL...
  local name status=0
  (($#)) || set -- "${!CHANNEL[@]}"
  for name in "$@"; do
    attempt deliver "${name}" "${EPOCHSECONDS}" test test "Test message of ${SITE} on ${LABEL}" \
      <<<"Nothing happened: somebody tries this channel."
    if ((STATUS == 0)); then
      printf '%s: sent\n' "${name}"
    else
      printf '%s: NOT sent: %s\n' "${name}" "${REPLY:0:300}" >&2
      status=1
    fi
  done
  return "${status}"
}

heartbeat() { # NAME
  local config
  config=$(<"${ETC}/heartbeat.$1.curl")
  curl --silent --show-error --fail --max-time 30 --retry 2 --output /dev/null --config - <<<"${config//%h/"${HOST}"}"
}

KEY='' NOW='' MODE=tell
while (($#)); do
  case $1 in
    --once) KEY=${2-} NOW=${3-} && shift 2 ;;
    --test | --flush) MODE=${1#--} ;;
    --heartbeat) MODE=heartbeat ;;
    --help)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) break ;;
  esac
  shift
done
((EUID == 0)) || die "this must run as root"
[[ -r ${ETC}/channels.tsv ]] || die "${ETC}/channels.tsv cannot be read"
read_channels
install -d -m 0700 "${STATE}" "${STATE}/queue"
case ${MODE} in
  test) try_channels "$@" ;;
  flush) flush ;;
  heartbeat) heartbeat "$1" ;;
  *)
    if (($# < 3)); then
      usage >&2
      exit 2
    fi
    tell "$@"
    ;;
esac
