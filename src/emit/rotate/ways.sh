# ---- beginning, going on, ending -------------------------------------------------------------------------------------
# Takes the new value, and keeps it beside the old one before anything is changed.
begin() {
  local draft=${JOURNAL}/.${NAME} value again=''
  mkdir "${draft}"
  if [[ -n ${STDIN} ]]; then
    IFS= read -r -d '' value || true
    printf '%s' "${value%$'\n'}" >"${draft}/new"
  elif [[ ${COMES} == generate ]]; then
    bash "${GENERATION}/install.sh" --make "${NAME}" "${draft}" 8>&- </dev/null >"${draft}/said"
    mv "${draft}/${NAME}" "${draft}/new"
    [[ ! -f ${draft}/${NAME}.pub ]] || mv "${draft}/${NAME}.pub" "${draft}/new.pub"
  else
    read -r -s -p "new value of ${NAME} (${HINT}): " value && printf '\n'
    read -r -s -p "once more: " again && printf '\n'
    [[ ${value} == "${again}" ]] || die 2 "the two are not the same"
    printf '%s' "${value}" >"${draft}/new"
  fi
  value='' again=''
  grep -q . "${draft}/new" || die 2 "the new value is empty"
  ! cmp -s "${draft}/new" "${SECRETS_DIR}/${NAME}" || die 2 "${NAME} has this value already"
  cp -p "${SECRETS_DIR}/${NAME}" "${draft}/old"
  [[ ! -f ${SECRETS_DIR}/${NAME}.pub ]] || cp -p "${SECRETS_DIR}/${NAME}.pub" "${draft}/old.pub"
  printf '%s\n' "${GENERATION##*/}" >"${draft}/generation"
  printf 'announce\n' >"${draft}/step"
  sync -f "${draft}"
  mv -T "${draft}" "${J}"
}

rotate() {
  local step
  case ${STATE_OF} in
    missing) die 2 "${SECRETS_DIR}/${NAME} is not there: install.sh --apply makes or asks for it" ;;
    overlapping) die 2 "the value before is still valid: ${PROGRAM} ${NAME} --finish ends that" ;;
    settled)
      [[ -n ${ANNOUNCE}${DRY} || -z ${ELSEWHERE} || (${COMES} != generate && -z ${KEEPS}) ]] \
        || die 2 "${ACCEPT[${NAME}]//,/, } check it: each has to accept the new value before one uses it, so begin with --announce"
      confirm "${NAME}" "${NAME}.previous"
      begin
      ;;
    *)
      [[ ${COMES} != generate || -z ${STDIN} ]] || die 2 "its replacement was begun with another value: ${PROGRAM} ${NAME} goes on, with --undo it goes back"
      ;;
  esac
  step=$(<"${J}/step")
  case ${step} in
    undo) go_back ;;
    finish)
      end_overlap
      return
      ;;
    announce)
      if [[ -n ${KEEPS} ]]; then
        say announce "${NAME}: its new value is accepted, the old one is in use"
        bring announce
      fi
      if [[ -n ${ANNOUNCE} ]]; then
        step_to announced
        say announced "${NAME}: use it by ${PROGRAM} ${NAME}, once every host knows it"
        note "announced a new value of ${NAME}"
        tell_others "${J}/new" ' --announce'
        return
      fi
      ;;
    *) ;;
  esac
  say switch "${NAME}: what holds it gets the new value"
  bring switch
  note "replaced ${NAME}"
  if [[ -n ${KEEPS} && ${HOW[${NAME}]} == both && ${ON[${NAME}]} == "${HOST}" ]]; then
    end_overlap
    return
  fi
  forget
  say replaced "${NAME}"
  [[ -z ${KEEPS} ]] || say still "the old value is valid until ${PROGRAM} ${NAME} --finish"
  [[ -n ${ELSEWHERE} ]] || tell_others "${SECRETS_DIR}/${NAME}"
}

# What is left to do on the other hosts; the runbook has it in order.
tell_others() { # FILE [OPTION]
  local other
  for other in ${ON[${NAME}]//,/ }; do
    [[ ${other} == "${HOST}" || ${COMES} != generate ]] \
      || say next "ssh ${HOST} sudo cat $1 | ssh ${other} sudo ${PROGRAM} ${NAME} --stdin${2-} --yes"
  done
}

end_overlap() {
  say finish "${NAME}: the old value counts no more"
  step_to finish
  place finish
  refill
  if ((REFILLED)); then
    # Back to where both are valid, which is where it came from.
    step_to switch
    place switch
    die 1 "the old value is still valid: mend what install.sh says, then ${PROGRAM} ${NAME} goes on"
  fi
  forget
  note "the old value of ${NAME} counts no more"
  say replaced "${NAME}"
}

finish() {
  local draft=${JOURNAL}/.${NAME}
  case ${STATE_OF} in
    overlapping) ;;
    interrupted | announced) die 2 "it is not that far yet: ${PROGRAM} ${NAME} goes on" ;;
    *)
      say unchanged "${NAME} has one value"
      return
      ;;
  esac
  confirm "${NAME}.previous"
  mkdir "${draft}"
  cp -p "${SECRETS_DIR}/${NAME}" "${draft}/new"
  cp -p "${SECRETS_DIR}/${NAME}.previous" "${draft}/old"
  printf 'finish\n' >"${draft}/step"
  sync -f "${draft}"
  mv -T "${draft}" "${J}"
  end_overlap
}

undo() {
  [[ -d ${J} ]] || die 2 "${NAME}: nothing was interrupted or announced"
  [[ $(<"${J}/step") != finish ]] || die 2 "its old value was on its way out: ${PROGRAM} ${NAME} goes on"
  go_back
}

confirm() { # NAME...
  say secret "${NAME}, of ${USERS[${NAME}]//,/, }"
  show_effects "$@"
  if [[ -n ${DRY} ]]; then exit 0; fi
  bash "${GENERATION}/install.sh" --check 8>&- </dev/null >"${WORK}/drift" || true
  ! grep '^edited' "${WORK}/drift" >&2 || die 2 "files were changed by hand: install.sh --apply says what to do about them"
  [[ -z ${YES} && -t 0 && -z ${STDIN} ]] || return 0
  read -r -p "Do this on ${HOST}? [y/N] " REPLY
  [[ ${REPLY} == [yY]* ]] || die 2 "nothing was changed"
}
