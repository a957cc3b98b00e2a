#!/usr/bin/env bash
# install.sh puts the files beside it on this host and keeps them right. The same bytes on every host: read it once. Its first
# section is the way that every change takes; the others hold the steps of that way, in its order.
#
# plan.tsv says what belongs here, rootfs/ holds the files at their absolute paths. An apply goes through
#   preflight, secrets, stage | repositories, packages, programs, users and directories | checks | activate, start, health
# Everything is staged with its secrets filled in, and checked by the programs' own tools in a private view of /etc, before
# the first configuration file goes live. A failure after that puts the previous files back. A run that was killed is
# finished, or replaced by another bundle, by the next one.
#
# State, /var/lib/sitewright/SITE (0700):
#   current             the generation that is on the host; 0 is the host as it was before
#   generations/N/      a bundle, with its secrets filled in: install.sh, plan.tsv, files/, and templates/ without them; ten kept
#   generations/0/      files that were here before ours; they return when a path is no longer ours
#   edited/N/           hand-edited files that `--force` replaced while generation N came in
#   ran-before          units of ours that ran before they were; they are never stopped
#   pending, held       actions, and services of new packages, that still have to run
# A generation with a number above `current` is one that did not finish. Because a generation is a bundle, going back to
# one is an apply like any other.
#
# Exit: 0 done or nothing to do; 1 differences (--check) or failed; 2 could not run, nothing was touched.
set +x -Eeuo pipefail
shopt -s inherit_errexit nullglob
shopt -u patsub_replacement 2>/dev/null || true # bash 5.2: a `&` in a replacement is a plain `&`
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

usage() {
  cat <<'HELP'
usage: install.sh [--dry-run | --check | --apply | --rollback [N] | --refill | --list | --public-keys] [--only SET] [--force] [--yes] [--json]

  --dry-run       show what an apply would change, as a diff with secrets masked (the default)
  --check         show what differs from what was applied last; exit 1 if anything does
  --apply         install
  --rollback [N]  install what was here before once more, or generation N
  --refill        write secrets that have changed into the files that are installed; SITE-rotate-secret runs it
  --list          the generations that can be gone back to
  --public-keys   make the key pairs that are missing, and print their public halves as YAML for the manifest
  --only SET      with --apply or --dry-run: only the files of one set, such as nginx
  --force         replace hand-edited files too, keeping copies; and let the host be of another environment from now on
  --yes           ask nothing: a missing secret is an error
  --json          every line as JSON: {"event": "changed", "text": "/etc/nginx/nginx.conf"}

exit: 0 done or nothing to do, 1 differences or failed, 2 could not run
HELP
}

# ---- the way in, which every change of this host takes ---------------------------------------------------------------
apply() {
  prepare
  bring_in
}

prepare() {
  load_state
  find_missing_packages
  find_missing_programs
  check_system
  check_clock
  check_ports
  check_bundle
  check_secrets
  check_space
  report_problems
  if [[ -n ${ONLY} ]]; then
    local path
    local -a all=("${FILES[@]}")
    FILES=()
    for path in "${all[@]}"; do [[ ${F_SET[${path}]} != "${ONLY}" ]] || FILES+=("${path}"); done
  fi
  [[ ${MODE} != apply ]] || make_secrets
  load_secrets
  stage_files "${HERE}/rootfs"
  check_requirements
  report_problems
  classify
  read_pending
}

# From here on every way is the same: to what is staged, from what `classify` has found.
bring_in() {
  local changes=0 path
  refuse_edited
  write_plan "${WORK}/plan"
  for path in "${!STATUS[@]}"; do [[ ${STATUS[${path}]} == same ]] || changes=$((changes + 1)); done
  changes=$((changes + ${#TRIGGERED[@]} + ${#MISSING[@]} + ${#WANTING[@]} + ${#UNFINISHED[@]}))
  if ((changes == 0)) && cmp -s "${WORK}/plan" "${STATE}/generations/${CURRENT}/plan.tsv" && [[ ! -f ${STATE}/held ]]; then
    run_steps
    check_health
    say unchanged "generation ${CURRENT}, ${#FILES[@]} files, ${#UNIT[@]} units, ${STARTED} started"
    return 0
  fi
  show_changes
  if [[ -n ${CONFIRM} ]]; then
    read -r -p "Apply this to ${HOST}? [y/N] " REPLY
    [[ ${REPLY} == [yY]* ]] || die 1 "not applied"
  fi
  write_generation
  STAGE=prepared # from now on a failure puts back what was
  place_files repository
  ((${#MISSING[@]} == 0)) || install_packages "${MISSING[@]}"
  install_programs
  classify # a package brings files of its own
  read_pending
  place_files identity
  apply_identity
  check_ahead
  STAGE=active # and from now on something runs with the new files
  activate config
  run_steps
  release_services
  check_health
  commit
  STAGE='done'
  say applied "generation ${GENERATION}, ${#FILES[@]} files, ${#UNIT[@]} units"
}

commit() {
  local name
  for name in "${UNFINISHED[@]}"; do rm -rf "${STATE}/generations/${name}"; done
  sync -f "${STATE}" && sync -f /etc
  printf '%s\n' "${GENERATION}" >"${STATE}/current.new"
  mv -f "${STATE}/current.new" "${STATE}/current"
  rm -f "${STATE}/pending"
  for name in "${STATE}"/generations/*; do
    name=${name##*/}
    ((name == 0 || name > GENERATION - 10)) || rm -rf "${STATE}/generations/${name}" "${STATE}/edited/${name}"
  done
}

leave() {
  local status=$?
  trap 'rm -rf "${WORK}"' EXIT
  trap - ERR INT TERM
  drop_guard
  if [[ ${STAGE} == prepared || ${STAGE} == active ]]; then roll_back; fi
  exit "${status}"
}

# Puts the current generation back in place of the one that failed, by the same way in.
roll_back() {
  local path
  if [[ ${CURRENT} == 0 && ${STAGE} == active ]]; then
    complain failed "this was the first apply, so there is nothing to return to: all was left as it is; apply again when mended"
    return
  fi
  complain "going back" "to generation ${CURRENT}"
  local again=${#UNFINISHED[@]} failed=${GENERATION}
  load_state
  ONLY=''
  load_generation "${CURRENT}"
  classify
  [[ ${STAGE} != active && ${again} == 0 ]] || read_pending
  STAGE=returning
  activate repository identity config
  for path in "${FILES[@]}"; do
    [[ ! -e ${STATE}/edited/${failed}${path} ]] || cp -a --remove-destination "${STATE}/edited/${failed}${path}" "${path}"
  done
  run_steps
  [[ -n ${RETURNED} ]] || die 1 "the files of generation ${CURRENT} are back, but not all of it runs; the next --apply goes on"
  for path in "${UNFINISHED[@]}"; do rm -rf "${STATE}/generations/${path}"; done
  rm -f "${STATE}/pending"
  complain "gone back" "this host is as it was before, but for packages, users and secrets"
}
