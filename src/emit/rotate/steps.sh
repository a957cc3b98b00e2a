# ---- what a step does ------------------------------------------------------------------------------------------------
# Says which files hold a secret, and what install.sh does when they change, in its order.
show_effects() { # NAME...
  local path name
  find_effects "$@"
  while IFS= read -r path; do say write "${path}"; done <"${WORK}/holding"
  [[ -n ${ACTIONS} ]] || say "nothing" "is restarted on this host: whoever reads it does so when it is needed"
  while IFS=$'\t' read -r _ name; do
    [[ ,${ACTIONS}, != *",${name},"* ]] || say run "${name}"
  done <"${WORK}/actions"
}

# Sets ACTIONS to what a change of the files that hold a secret triggers.
find_effects() { # NAME...
  local path name secret
  ACTIONS=''
  : >"${WORK}/holding"
  awk -F '\t' '$1 == "file" && $7 == "fill" { print $2 "\t" $9 }' "${GENERATION}/plan.tsv" >"${WORK}/files"
  awk -F '\t' '$1 == "action" && $5 != "-" { print $3 "\t" $2 }' "${GENERATION}/plan.tsv" | sort -n >"${WORK}/actions"
  while IFS=$'\t' read -r path name; do
    for secret in "$@"; do
      grep -qsF "${MARK}${secret}:" "${GENERATION}/templates${path}" || continue
      printf '%s\n' "${path}" >>"${WORK}/holding"
      [[ ${name} == - ]] || ACTIONS+=,${name}
      break
    done
  done <"${WORK}/files"
}

# Brings the secrets, as they are now, into what is installed. Its exit code is install.sh's, in REFILLED.
refill() {
  REFILLED=0
  open_generation
  bash "${GENERATION}/install.sh" --refill --yes 8>&- </dev/null || REFILLED=$?
}

# A file is the old one or the new one at every moment.
put() { # SOURCE NAME
  local target=${SECRETS_DIR}/$2
  local -a options=()
  [[ $2 == *.previous ]] || options=(-p) # an old value that returns is as old as it was
  cp "${options[@]}" "$1" "${SECRETS_DIR}/.$2.new"
  sync "${SECRETS_DIR}/.$2.new"
  mv -fT "${SECRETS_DIR}/.$2.new" "${target}"
  [[ ! -f $1.pub ]] || { cp "$1.pub" "${SECRETS_DIR}/.$2.new" && mv -fT "${SECRETS_DIR}/.$2.new" "${target}.pub"; }
}

step_to() { # STEP
  printf '%s\n' "$1" >"${J}/step.new"
  sync "${J}/step.new"
  mv -f "${J}/step.new" "${J}/step"
}

# The last step's end: nothing of either value stays behind.
forget() {
  mv -T "${J}" "${JOURNAL}/.${NAME}"
  rm -rf "${JOURNAL}/.${NAME}"
}

# What the files of the secret are in each step; doing it again changes nothing.
place() { # STEP
  case $1 in
    announce | finish) [[ -z ${KEEPS} ]] || put "${J}/new" "${NAME}.previous" ;;
    switch)
      [[ -z ${KEEPS} ]] || put "${J}/old" "${NAME}.previous"
      put "${J}/new" "${NAME}"
      ;;
    undo)
      put "${J}/old" "${NAME}"
      [[ -z ${KEEPS} ]] || put "${J}/old" "${NAME}.previous"
      ;;
    *) die 2 "${J}/step is none that this program knows" ;;
  esac
}

bring() { # STEP
  step_to "$1"
  place "$1"
  refill
  ((REFILLED == 0)) || go_back
}

# Sets UNFINISHED to a generation that did not come in whole.
find_unfinished() {
  local name current
  UNFINISHED=''
  current=$(<"${STATE}/current")
  for name in "${STATE}"/generations/*; do
    ((${name##*/} <= current)) || UNFINISHED=${name##*/}
  done
}

# Undoes all steps at once: what is installed still has the old value, or has it again.
go_back() {
  complain "going back" "${NAME} gets its old value again"
  step_to undo
  place undo
  find_unfinished
  if [[ ${REFILLED} == 2 && -z ${UNFINISHED} && $(<"${STATE}/current") == "$(<"${J}/generation")" ]]; then
    forget
    die 2 "nothing was changed"
  fi
  # What reads it from its file may have read the new one, even where install.sh has put its own files back.
  open_generation
  find_effects "${NAME}" "${NAME}.previous"
  tr , '\n' <<<"${ACTIONS}" >>"${STATE}/pending"
  refill
  ((REFILLED == 0)) || die 1 "the old value is back, and not all runs with it: mend what install.sh says, then ${PROGRAM} ${NAME} goes on"
  forget
  note "gone back to the old value of ${NAME}"
  die 1 "${NAME} has its old value, and all that uses it"
}
