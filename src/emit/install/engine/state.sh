# ---- what is, what was, what shall be --------------------------------------------------------------------------------
load_state() {
  local directory name
  local -a f
  declare -gA KNOWN=() OWNED=() OWNED_SET=() OWNED_ACTIONS=() OWNED_UNIT=() OWNED_LEAVE=()
  CURRENT=0 UNFINISHED=() LAST=0
  [[ ! -f ${STATE}/current ]] || CURRENT=$(<"${STATE}/current")
  for directory in "${STATE}"/generations/*; do
    name=${directory##*/}
    ((name <= LAST)) || LAST=${name}
    ((name <= CURRENT)) || UNFINISHED+=("${name}")
  done
  for name in "${CURRENT}" "${UNFINISHED[@]}"; do
    directory=${STATE}/generations/${name}
    [[ -f ${directory}/plan.tsv ]] || continue
    while IFS=$'\t' read -r -a f; do
      [[ ${f[0]} != unit ]] || OWNED_UNIT[${f[1]}]=1
      [[ ${f[0]} != leave ]] || OWNED_LEAVE[${f[1]}]=${f[2]}
      [[ ${f[0]} == file ]] || continue
      KNOWN["${f[1]} ${f[4]}"]=1 OWNED[${f[1]}]=${OWNED[${f[1]}]-${name}} OWNED_SET[${f[1]}]=${f[7]}
      OWNED_ACTIONS[${f[1]}]+=,${f[8]}
    done <"${directory}/plan.tsv"
  done
}

# Sets DIGEST and ATTRIBUTES of each path below a root: nothing where there is none, `other` for what is not a plain file.
examine() { # ROOT PATH...
  local root=$1 path line
  local -a regular=()
  declare -gA DIGEST=() ATTRIBUTES=()
  for path in "${@:2}"; do
    if [[ -L ${root}${path} || (-e ${root}${path} && ! -f ${root}${path}) ]]; then
      DIGEST[${path}]=other
    elif [[ -f ${root}${path} ]]; then
      regular+=("${root}${path}")
    fi
  done
  ((${#regular[@]})) || return 0
  sha256sum --zero -- "${regular[@]}" >"${WORK}/sums"
  while IFS= read -r -d '' line; do path=${line:66} && DIGEST[${path#"${root}"}]=${line:0:64}; done <"${WORK}/sums"
  stat --printf ' %U:%G %a %u:%g %a \t%n\0' -- "${regular[@]}" >"${WORK}/sums"
  while IFS=$'\t' read -r -d '' line path; do ATTRIBUTES[${path#"${root}"}]=${line}; done <"${WORK}/sums"
}

stage_files() { # DIRECTORY
  local path
  STAGED=${WORK}/staged
  mkdir "${STAGED}"
  cp -R "$1/." "${STAGED}"
  for path in "${FILES[@]}"; do
    [[ ${F_FILL[${path}]} == fill ]] || continue
    mkdir -p "${STAGED}${path%/*}"
    fill_file "${TEMPLATES}${path}" "${STAGED}${path}" "${path}"
  done
  examine "${STAGED}" "${FILES[@]}"
  for path in "${FILES[@]}"; do WANT[${path}]=${DIGEST[${path}]}; done
}

# Sets STATUS of every file, REMOVE, and the actions that follow from them.
classify() {
  local path have action
  declare -gA STATUS=() TRIGGERED=()
  for path in "${!OWNED[@]}"; do
    [[ -n ${F_SHA[${path}]-} || (-n ${ONLY} && ${OWNED_SET[${path}]} != "${ONLY}") ]] || printf '%s\n' "${path}"
  done | sort >"${WORK}/list"
  mapfile -t REMOVE <"${WORK}/list"
  examine '' "${FILES[@]}" "${REMOVE[@]}"
  for path in "${FILES[@]}" "${REMOVE[@]}"; do
    have=${DIGEST[${path}]-}
    if [[ -n ${WANT[${path}]-} && ${have} == "${WANT[${path}]}" ]]; then
      STATUS[${path}]=same
      [[ ${ATTRIBUTES[${path}]} == *" ${F_OWNER[${path}]} ${F_MODE[${path}]} "* ]] || STATUS[${path}]=mode
    elif [[ -z ${have} ]]; then
      STATUS[${path}]=new
      [[ -z ${OWNED[${path}]-} ]] || STATUS[${path}]=missing
      [[ -n ${WANT[${path}]-} ]] || STATUS[${path}]=same
    elif [[ -n ${KNOWN["${path} ${have}"]-} ]]; then
      STATUS[${path}]=changed
      [[ -n ${WANT[${path}]-} ]] || STATUS[${path}]=remove
    else
      STATUS[${path}]=foreign
      [[ ${OWNED[${path}]-} != "${CURRENT}" ]] || STATUS[${path}]=edited
      [[ ${STATUS[${path}]}${WANT[${path}]-} != foreign ]] || STATUS[${path}]=same # a run that failed had not come to it
    fi
    [[ ${STATUS[${path}]} != same ]] || continue
    action=${F_ACTIONS[${path}]-},${OWNED_ACTIONS[${path}]-}
    for action in ${action//,/ }; do TRIGGERED[${action}]=1; done
    [[ ${path} != */systemd/system/* ]] || TRIGGERED[_units]=1
    [[ ${F_PHASE[${path}]-} != identity ]] || TRIGGERED[_identity]=1
  done
  for path in "${WANTING[@]}"; do
    IFS=$'\t' read -r _ _ _ _ _ _ _ have <<<"${path}"
    for action in ${have//,/ }; do TRIGGERED[${action}]=1; done
  done
}

# Makes a generation the target, which is easy, for it is a bundle. Generation 0 has no files of ours.
load_generation() { # NUMBER
  local path
  forget_plan
  STAGED=${STATE}/generations/$1/files
  [[ ! -f ${STAGED%/files}/plan.tsv ]] || read_plan "${STAGED%/files}/plan.tsv"
  for path in "${FILES[@]}"; do WANT[${path}]=${F_SHA[${path}]}; done
}

read_pending() {
  local action
  [[ -f ${STATE}/pending ]] || return 0
  while read -r action; do [[ -z ${action} ]] || TRIGGERED[${action}]=1; done <"${STATE}/pending"
}
