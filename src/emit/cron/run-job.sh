#!/usr/bin/env bash
# Runs a scheduled job: never twice at a time, its output in the journal, and on stdout (so that cron mails it) on failure.
#
#   run-job NAME COMMAND [ARGUMENT]...                        as the user that cron runs it as
#   run-job NAME --container SERVICE SECONDS                  a container of the compose file, for at most so long
#
# Exit: the command's own; 75 if the last run is still at work.
set -Euo pipefail
umask 077

NAME=$1
SITE=$(readlink -f "${BASH_SOURCE[0]}")
SITE=${SITE%/run-job}
SITE=${SITE##*/}
LOCK=/run/${SITE}-jobs/${NAME}.lock
shift

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
exit "${status}"
