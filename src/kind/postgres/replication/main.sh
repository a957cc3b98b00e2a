# ---- what it was called for ------------------------------------------------------------------------------------------
wrong_usage() {
  "usage_of_${PROGRAM}" >&2
  exit 2
}

PROGRAM=${1-}
if [[ ! ${PROGRAM} =~ ^(standby|promote)$ ]]; then
  printf 'usage: %s-standby or %s-promote\n' "${SITE}" "${SITE}" >&2
  exit 2
fi
shift
[[ ${1-} != --help ]] || { "usage_of_${PROGRAM}" && exit 0; }
(($#)) || wrong_usage
"${PROGRAM}" "$@"
