# ---- showing differences without showing secrets ---------------------------------------------------------------------
# In a file with secrets a line is shown when its template has it as it is, or when a known secret was masked in it; of
# any other line, which may hold a secret that we do not know, only the key.
mask_file() { # FILE TARGET TEMPLATE...
  local line key template word='^[[:space:]]*[A-Za-z0-9_.-]+[=: ]'
  local -A plain=() keys=()
  for template in "${@:3}"; do
    [[ -f ${template} ]] || continue
    while IFS= read -r line || [[ -n ${line} ]]; do
      [[ ${line} == *'{{secret:'* ]] || plain["=${line}"]=1
      [[ ! ${line} =~ ${word} ]] || keys[${BASH_REMATCH[0]}]=1
    done <"${template}"
  done
  while IFS= read -r line || [[ -n ${line} ]]; do
    if [[ -z ${plain["=${line}"]-} ]]; then
      redact "${line}"
      key=''
      [[ ! ${line} =~ ${word} || -z ${keys[${BASH_REMATCH[0]}]-} ]] || key=${BASH_REMATCH[0]}
      [[ ${REPLY} != "${line}" ]] || REPLY="${key}<not shown: this file holds secrets>"
      line=${REPLY}
    fi
    printf '%s\n' "${line}"
  done <"$1" >"$2"
}

show_diff() { # OLD NEW PATH
  local old=$1 new=$2 path=$3
  local -a templates=("${TEMPLATES}${path}" "${STATE}/generations/${CURRENT}/templates${path}")
  [[ -e ${old} ]] || old=/dev/null
  [[ -e ${new} ]] || new=/dev/null
  if [[ ${F_FILL[${path}]-} == fill || -f ${templates[1]} ]]; then
    mask_file "${old}" "${WORK}/old" "${templates[@]}"
    mask_file "${new}" "${WORK}/new" "${templates[@]}"
    old=${WORK}/old new=${WORK}/new
  fi
  diff -u --label "$1" --label "${path} (new)" -- "${old}" "${new}" >"${WORK}/diff" || true
  if [[ -n ${JSON} ]]; then
    IFS= read -r -d '' REPLY <"${WORK}/diff" || true
    as_json diff "${REPLY}"
  else
    cat "${WORK}/diff"
  fi
}

show_changes() {
  local path kind name
  for path in "${FILES[@]}" "${REMOVE[@]}"; do
    [[ ${STATUS[${path}]} == same ]] || say "${STATUS[${path}]}" "${path}"
  done
  [[ ${MODE} == dry-run || -n ${CONFIRM} ]] || return 0 # an apply tells the rest as it goes
  ((${#MISSING[@]} == 0)) || say install "${MISSING[*]}"
  for name in "${WANTING[@]}"; do say fetch "program ${name%%$'\t'*}"; done
  for name in "${GENERATE[@]}"; do say generate "secret ${name}"; done
  for name in "${ASK[@]}"; do say "to provide" "secret ${name} (${SPEC[${name}]}) in ${SECRETS_DIR}/${name}"; done
  for name in "${!OWNED_UNIT[@]}"; do
    [[ -n ${UNIT[${name}]-}${ONLY} ]] || grep -qsxF "${name}" "${STATE}/ran-before" || say stop "${name}"
  done
  while read -r _ kind name; do
    if [[ ${kind} == action && -n ${TRIGGERED[${name}]-} && ${RUN[${name}]} != - ]]; then
      say run "${name}: ${RUN[${name}]}"
    elif [[ ${kind} == unit && -z ${ONLY} ]]; then
      { systemctl -q is-enabled "${name}" && systemctl -q is-active "${name}"; } >/dev/null 2>&1 || say start "${name}"
    fi
  done <"${WORK}/steps"
}

refuse_edited() {
  local path edited=0
  [[ -z ${FORCE} ]] || return 0
  for path in "${FILES[@]}" "${REMOVE[@]}"; do
    [[ ${STATUS[${path}]} == edited ]] || continue
    edited=$((edited + 1))
    complain edited "${path} was changed on this host:"
    show_diff "${STATE}/generations/${CURRENT}/files${path}" "${path}" "${path}" >&2
  done
  ((edited == 0)) || die 1 "${edited} file(s) changed by hand; nothing was touched. --force replaces them and keeps copies"
}
