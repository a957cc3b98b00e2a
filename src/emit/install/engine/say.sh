# ---- what is said ----------------------------------------------------------------------------------------------------
BOLD='' RED='' PLAIN=''
if [[ -t 1 && -z ${NO_COLOR-} ]]; then BOLD=$'\e[1m' RED=$'\e[31m' PLAIN=$'\e[0m'; fi

say() {
  if [[ -n ${JSON} ]]; then as_json "$1" "${*:2}"; else printf '%s%-10s%s %s\n' "${BOLD}" "$1" "${PLAIN}" "${*:2}"; fi
}
complain() {
  if [[ -n ${JSON} ]]; then as_json "$1" "${*:2}"; else printf '%s%-10s%s %s\n' "${RED}" "$1" "${PLAIN}" "${*:2}" >&2; fi
}
as_json() { # EVENT TEXT
  json_text "$2"
  printf '{"event":"%s","text":"%s"}\n' "$1" "${REPLY}"
}

# Sets REPLY to the text as it stands between the quotes of JSON.
json_text() { # TEXT
  local i char
  REPLY=${1//\\/\\\\} && REPLY=${REPLY//\"/\\\"}
  for ((i = 1; i < 32; i++)); do
    printf -v char '%b' "\\x$(printf '%02x' "${i}")"
    [[ ${REPLY} != *"${char}"* ]] || REPLY=${REPLY//"${char}"/"\\u$(printf '%04x' "${i}")"}
  done
}
die() {
  complain error "${*:2}"
  exit "$1"
}
problem() { PROBLEMS+=("$*"); }

report_problems() {
  ((${#PROBLEMS[@]})) || return 0
  complain error "${#PROBLEMS[@]} problem(s); nothing was touched"
  local text
  for text in "${PROBLEMS[@]}"; do
    if [[ -n ${JSON} ]]; then as_json problem "${text}"; else printf '  - %s\n' "${text}" >&2; fi
  done
  exit 2
}

# Stops, with the end of a log, secrets masked.
fail() { # LOG MESSAGE
  complain failed "$2"
  if [[ -s $1 ]]; then
    tail -n 25 "$1" >"${WORK}/tail"
    IFS= read -r -d '' REPLY <"${WORK}/tail" || true
    redact "${REPLY%$'\n'}"
    if [[ -n ${JSON} ]]; then as_json log "${REPLY}"; else printf '  | %s\n' "${REPLY//$'\n'/$'\n  | '}" >&2; fi
  fi
  [[ ${STAGE} == returning ]] || exit 1
  RETURNED='' # on the way back, what else can be put right is
}
