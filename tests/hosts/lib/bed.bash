# shellcheck shell=bash disable=SC2034 # set here, used in its siblings
# What every part of the bed shares: where things are, how a step is done once, how the engine is called.

BED=${SITEWRIGHT_BED:-${XDG_CACHE_HOME:-${HOME}/.cache}/sitewright-bed}
HERE=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")

# One bed a machine: the subnet is fixed, so that certificates and the manifest can name addresses.
RUN=/run/sitewright-bed
SOCKET=${RUN}/docker.sock
NETWORK=sitewright-bed
SUBNET=10.89.77.0/24
GATEWAY=10.89.77.1
# Containers that ask for no address get one from here, clear of those that do.
DYNAMIC=10.89.77.128/25
# Where the strangers of the tests stand, one a test.
OUTSIDE=(10.89.77.{2..9} 10.89.77.109)
REPOSITORY_PORT=8099
# Where a host that pulls from Docker Hub gets its stand-ins: its engine is told so by our package of it.
REGISTRY=${GATEWAY}:5000
SUITE=bookworm

# Another `docker` may come first in PATH.
d() {
  /usr/bin/docker --host "unix://${SOCKET}" "$@"
}

fail() {
  printf 'tests/hosts: %s\n' "$*" >&2
  exit 1
}

# digest FILE…|STRING…: one word that changes with any of them; a folder stands for the files under it.
digest() {
  local item
  for item in "$@"; do
    if [[ -e ${item} ]]; then
      find "${item}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sed "s|  ${HERE}/|  |; s|  ${BED}/|  |"
    else
      printf '%s\n' "${item}"
    fi
  done | sha256sum | cut -c1-16
}

# took SINCE NAME WORD: the line that says what took how long.
took() {
  local now=${EPOCHREALTIME/[.,]/} since=${1/[.,]/}
  local ms=$(((now - since) / 1000))
  printf '%-18s %4d.%01d s  %s\n' "$2" $((ms / 1000)) $((ms % 1000 / 100)) "$3" >&2
}

# step NAME KEY COMMAND…: runs COMMAND unless NAME was already done with this KEY.
# It runs as a job, because `set -e` is off inside the condition of an `if` but not inside a job.
step() {
  local name=$1 key=$2 since=${EPOCHREALTIME}
  shift 2
  if [[ -f ${BED}/done/${name} && $(<"${BED}/done/${name}") == "${key}" ]]; then
    took "${since}" "${name}" cached
    return
  fi
  rm -f "${BED}/done/${name}"
  "$@" >"${BED}/log/${name}.log" 2>&1 &
  if ! wait $!; then
    tail -n 30 "${BED}/log/${name}.log" >&2
    fail "step ${name} failed; its whole output is in ${BED}/log/${name}.log"
  fi
  printf '%s\n' "${key}" >"${BED}/done/${name}"
  took "${since}" "${name}" built
}

# redo_without STEP IMAGE: the step is to be done again when the engine no longer has what it built.
redo_without() {
  d image inspect "$2" >/dev/null 2>&1 || rm -f "${BED}/done/$1"
}

# runs PIDFILE: whether the process that was recorded there is alive.
runs() {
  [[ -f $1 ]] && kill -0 "$(<"$1")" 2>/dev/null
}
