#!/usr/bin/env bash
# Runs a scheduled job: never twice at a time, its output in the journal, and on stdout (so that cron mails it) on failure.
#
#   run-job NAME [--notify CHANNELS] COMMAND [ARGUMENT]...            as the user that cron runs it as
#   run-job NAME [--notify CHANNELS] --container SERVICE SECONDS      a container of the compose file, for at most so long
#
# CHANNELS, parted by commas, hear of a failure, and when it works again; not what the job said, which is for the journal.
# Exit: the command's own; 75 if the last run is still at work.
set -Euo pipefail
umask 077

NAME=$1
SITE=$(readlink -f "${BASH_SOURCE[0]}")
SITE=${SITE%/run-job}
SITE=${SITE##*/}
LOCK=/run/${SITE}-jobs/${NAME}.lock
CHANNELS=()
shift
if [[ $1 == --notify ]]; then
  IFS=, read -r -a CHANNELS <<<"$2"
  shift 2
fi

if [[ $1 == --container ]]; then
  compose=(docker compose --file "/etc/${SITE}/compose/compose.yaml")
  set -- timeout --kill-after=60 "$3" "${compose[@]}" --profile jobs run --rm --no-deps --no-TTY "$2"
fi

exec 9>>"${LOCK}"
if ! flock --nonblock 9; then
  logger --stderr --tag "${SITE}-${NAME}" "the last run is still at work, so this one is left out"
  exit 75
fi

LAST=$(mktemp)
trap 'rm -f "${LAST}"' EXIT
"$@" 2>&1 | logger --stderr --tag "${SITE}-${NAME}" 2>&1 | tail -n 50 >"${LAST}"
status=${PIPESTATUS[0]}
if ((status != 0)); then
  printf '%s failed with status %s; all of it: journalctl -t %s\n\n' "${NAME}" "${status}" "${SITE}-${NAME}"
  cat "${LAST}"
fi
if ((${#CHANNELS[@]})); then
  state=ok event=recovered subject="Job ${NAME} of ${SITE} on ${HOSTNAME} works again" text="It ended well."
  if ((status != 0)); then
    state=failed event=failed subject="Job ${NAME} of ${SITE} on ${HOSTNAME} failed"
    text="It ended with status ${status}; what it said: journalctl -t ${SITE}-${NAME}"
  fi
  "/usr/local/sbin/${SITE}-notify" --once "job-${NAME}" "${state}" job "${event}" "${subject}" "${CHANNELS[@]}" <<<"${text}" 2>&1 \
    | logger --tag "${SITE}-${NAME}"
fi
exit "${status}"
