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

# ---- what there is ---------------------------------------------------------------------------------------------------
read_table() {
  local name
  local -a f
  while IFS=$'\t' read -r -a f; do
    [[ -n ${f[0]-} && ${f[0]} != '#'* ]] || continue
    name=${f[0]} NAMES+=("${f[0]}")
    HOW[${name}]=${f[1]} EVERY[${name}]=${f[2]} OVERLAP[${name}]=${f[3]}
    ON[${name}]=${f[4]} USERS[${name}]=${f[5]} WORDS[${name}]=${f[6]}
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
  elif [[ -f ${file}.previous ]] && ! cmp -s "${file}" "${file}.previous"; then
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
  tell_others
}

# What is left to do on the other hosts; the runbook has it in order.
tell_others() {
  local other
  for other in ${ON[${NAME}]//,/ }; do
    [[ ${other} == "${HOST}" || ${COMES} != generate ]] \
      || say next "ssh ${HOST} sudo cat ${SECRETS_DIR}/${NAME} | ssh ${other} sudo ${PROGRAM} ${NAME} --stdin --yes"
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

# ---- start -----------------------------------------------------------------------------------------------------------
SITE=${BASH_SOURCE[0]##*/}
SITE=${SITE%-rotate-secret}
PROGRAM=${SITE}-rotate-secret
TABLE=/etc/${SITE}/rotate.tsv SECRETS_DIR=/etc/${SITE}/secrets STATE=/var/lib/sitewright/${SITE}
JOURNAL=${STATE}/rotation
MARK='{{' MARK+='secret:' # in one word it would be one
MODE=rotate REFILLED=0 NAME='' STDIN='' ANNOUNCE='' DRY='' YES='' NAMES=()
declare -A HOW=() EVERY=() OVERLAP=() ON=() USERS=() WORDS=()
while (($#)); do
  case $1 in
    --list | --due | --finish | --undo) MODE=${1#--} ;;
    --stdin) STDIN=1 ;;
    --announce) ANNOUNCE=1 ;;
    --dry-run) DRY=1 ;;
    --yes) YES=1 ;;
    --help)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *)
      [[ -z ${NAME} ]] || die 2 "one secret at a time"
      NAME=$1
      ;;
  esac
  shift
done
((EUID == 0)) || die 2 "this must run as root"
[[ -r ${TABLE} ]] || die 2 "${TABLE} cannot be read"
read_table
case ${MODE} in
  list)
    list
    exit 0
    ;;
  due) due ;;
  *) ;;
esac
[[ -n ${NAME} ]] || {
  usage >&2
  exit 2
}
[[ -n ${HOW[${NAME}]-} ]] || die 2 "this host has no secret ${NAME}; it has: ${NAMES[*]}"
[[ ${HOW[${NAME}]} != elsewhere ]] || die 2 "${NAME} is not replaced by this program: ${WORDS[${NAME}]}"
[[ -z ${ANNOUNCE} || ${HOW[${NAME}]} != replace ]] || die 2 "${NAME} has one value at a time: there is nothing to announce"
mkdir -p "${JOURNAL}"
exec 8>>"${STATE}/rotation.lock"
flock -n 8 || die 2 "another ${PROGRAM} is at work"
for other in "${JOURNAL}"/*; do
  other=${other##*/}
  [[ ${other} == "${NAME}" || $(<"${JOURNAL}/${other}/step") == announced ]] \
    || die 2 "the replacement of ${other} was interrupted: first ${PROGRAM} ${other}, which goes on, or ${PROGRAM} ${other} --undo"
done
J=${JOURNAL}/${NAME}
open_generation
exec 7>>"${STATE}/lock"
flock -n 7 || die 2 "an install.sh or a deployment is at work on this host"
exec 7>&-
rm -rf "${JOURNAL}"/.[a-z]* # drafts of a run that was killed
find_state "${NAME}"
find_unfinished
[[ -z ${UNFINISHED} || -d ${J} ]] || die 2 "an apply was interrupted: install.sh --apply finishes it"
WORK=$(mktemp -d "/run/${PROGRAM}.XXXXXX")
trap 'rm -rf "${WORK}"' EXIT
awk -F '\t' -v name="${NAME}" '$1 == "secret" && $2 == name { print $3 "\t" $4 }' "${GENERATION}/plan.tsv" >"${WORK}/secret"
IFS=$'\t' read -r COMES HINT <"${WORK}/secret" || die 2 "${NAME} is not in the plan of this host: apply once more"
[[ ${COMES} == generate || -t 0 ]] || STDIN=1
KEEPS='' # whether this host keeps the value before
[[ ! ${HOW[${NAME}]} =~ ^(overlap|both)$ || ! -f ${SECRETS_DIR}/${NAME}.previous ]] || KEEPS=1
trap 'exit 130' INT TERM HUP
trap 'complain error "${PROGRAM} stopped at line ${LINENO}: ${PROGRAM} ${NAME} goes on, with --undo it goes back"' ERR
"${MODE}"
