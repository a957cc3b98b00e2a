# ---- what there is ---------------------------------------------------------------------------------------------------
read_table() {
  local name
  local -a f
  while IFS=$'\t' read -r -a f; do
    [[ -n ${f[0]-} && ${f[0]} != '#'* ]] || continue
    name=${f[0]} NAMES+=("${f[0]}")
    HOW[${name}]=${f[1]} EVERY[${name}]=${f[2]} OVERLAP[${name}]=${f[3]}
    ON[${name}]=${f[4]} ACCEPT[${name}]=${f[5]} USERS[${name}]=${f[6]} WORDS[${name}]=${f[7]}
  done <"${TABLE}"
}

# The generation that is on this host is a bundle: it has what was installed, and what installed it.
open_generation() {
  [[ -s ${STATE}/current ]] || die 2 "nothing was applied here yet"
  GENERATION=${STATE}/generations/$(<"${STATE}/current")
  [[ -x ${GENERATION}/install.sh || -r ${GENERATION}/install.sh ]] || die 2 "the installation is older than this program: apply once more"
  HOST=$(sed -n 's/^host\t//p' "${GENERATION}/plan.tsv")
}

# Sets REPLY to how long ago a file was written, in seconds.
age_of() { # FILE
  REPLY=0
  [[ ! -e $1 ]] || REPLY=$((EPOCHSECONDS - $(stat -c %Y "$1")))
}

words_of() { # SECONDS -> REPLY
  if (($1 >= 172800)); then
    REPLY="$(($1 / 86400)) days"
  elif (($1 >= 7200)); then
    REPLY="$(($1 / 3600)) hours"
  else
    REPLY="$(($1 / 60)) minutes"
  fi
}

# Sets STATE_OF to where a secret stands: missing, interrupted, announced, overlapping or settled.
find_state() { # NAME
  local file=${SECRETS_DIR}/$1
  STATE_OF=settled
  if [[ -d ${JOURNAL}/$1 ]]; then
    STATE_OF=interrupted
    [[ $(<"${JOURNAL}/$1/step") != announced ]] || STATE_OF=announced
  elif [[ ! -f ${file} ]]; then
    STATE_OF=missing
  elif [[ -f ${file}.previous && ,${ACCEPT[$1]}, == *",${HOST},"* ]] && ! cmp -s "${file}" "${file}.previous"; then
    STATE_OF=overlapping
  fi
}

# Sets DUE to why a secret needs somebody's hand, or to nothing.
find_due() { # NAME
  local age
  DUE=''
  find_state "$1"
  case ${STATE_OF} in
    interrupted) DUE="its replacement was interrupted: ${PROGRAM} $1 goes on, with --undo it goes back" ;;
    announced) DUE="its new value is announced and not in use yet: ${PROGRAM} $1, once every host knows it" ;;
    overlapping)
      age_of "${SECRETS_DIR}/$1.previous"
      age=${REPLY}
      [[ ${OVERLAP[$1]} == - ]] || ((age >= OVERLAP[$1])) || return 0
      words_of "${age}"
      DUE="its old value is still valid, since ${REPLY}: ${PROGRAM} $1 --finish"
      ;;
    settled)
      [[ ${EVERY[$1]} != - ]] || return 0
      age_of "${SECRETS_DIR}/$1"
      ((REPLY >= EVERY[$1])) || return 0
      words_of "${REPLY}"
      DUE="it is ${REPLY} old: ${PROGRAM} $1"
      [[ ${HOW[$1]} != elsewhere ]] || DUE="it is ${REPLY} old, and not replaced by this program: ${WORDS[$1]}"
      ;;
    *) ;;
  esac
}

due() {
  local name status=0
  for name in "${NAMES[@]}"; do
    find_due "${name}"
    [[ -n ${DUE} ]] || continue
    say "${name}" "${DUE}"
    status=1
  done
  exit "${status}"
}

list() {
  local name age every
  printf '%-28s %-11s %-11s %-12s %-10s %s\n' SECRET AGE EVERY STATE HOW 'USED BY'
  for name in "${NAMES[@]}"; do
    find_state "${name}"
    age=- every=-
    if [[ -f ${SECRETS_DIR}/${name} ]]; then
      age_of "${SECRETS_DIR}/${name}"
      words_of "${REPLY}"
      age=${REPLY}
    fi
    if [[ ${EVERY[${name}]} != - ]]; then
      words_of "${EVERY[${name}]}"
      every=${REPLY}
    fi
    printf '%-28s %-11s %-11s %-12s %-10s %s\n' "${name}" "${age}" "${every}" "${STATE_OF}" "${HOW[${name}]}" "${USERS[${name}]//,/, }"
  done
}
