#!/usr/bin/env bash
# Puts a new value in the place of a secret's old one. The same bytes on every host: what there is to know of each secret
# stands in /etc/SITE/rotate.tsv, and SITE is the first part of this program's name.
#
# It brings the value in and lets install.sh do the rest, as it did when the bundle was applied: fill the files, check them,
# a server before its clients, one instance after another, the health check, and back to the old files if that fails.
# Where the old value and the new one can be valid at a time, there are three such steps, so that no instance ever meets a
# value that it does not know:
#   announce   NAME.previous becomes the new value: whoever checks accepts it, nobody uses it
#   switch     NAME becomes the new value, NAME.previous the old one: what was made with it stays valid
#   finish     NAME.previous becomes the new value as well: the old one counts no more
# Where not, there is `switch` alone.
#
# /var/lib/sitewright/SITE/rotation/NAME (0700) has `old`, `new` and `step` until all of it is done. A run that was killed is
# finished by the next one, or undone by --undo.
#
# Exit: 0 done, or nothing is due; 1 went back to the old value, or something is due; 2 could not run, nothing was changed.
set +x -Eeuo pipefail
shopt -s inherit_errexit nullglob
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

usage() {
  cat <<'HELP'
usage: SITE-rotate-secret NAME [--stdin] [--announce] [--dry-run] [--yes]
       SITE-rotate-secret NAME --finish | --undo [--yes]
       SITE-rotate-secret --list | --due

  NAME        put a new value in its place: made here, or asked for; goes on with what was interrupted
  --stdin     take the new value from standard input, such as that of another host
  --announce  only let the new value be accepted, where other hosts have to know it before it is used
  --finish    let the old value count no more, where both are valid for a time
  --undo      go back to the old value from what was interrupted or announced
  --dry-run   show what would be written and restarted
  --yes       ask nothing
  --list      every secret of this host: how old it is, how it is replaced, who uses it
  --due       those that are to be replaced or finished; exit 1 if there are any

exit: 0 done or nothing due, 1 went back to the old value or something is due, 2 could not run, nothing was changed
HELP
}

say() { printf '%-10s %s\n' "$1" "${*:2}"; }
complain() { printf '%-10s %s\n' "$1" "${*:2}" >&2; }
die() {
  complain error "${*:2}"
  exit "$1"
}
note() { logger -t "${SITE}-rotate-secret" -- "$*" 2>/dev/null || true; }
