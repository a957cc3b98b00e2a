# ---- the other ways to run -------------------------------------------------------------------------------------------
# Goes back to a generation by the same way that it came in.
return_to() { # NUMBER, or nothing for the one before
  local number=${1:-} name other
  load_state
  if [[ -z ${number} ]]; then
    for ((name = CURRENT - 1; name > 0; name--)); do
      other=${STATE}/generations/${name}/plan.tsv
      [[ -f ${other} ]] || continue
      # A repeated one is not worth going back to.
      compare_bundles "${name}"
      [[ -n ${REPEATED} ]] || { number=${name} && break; }
    done
  fi
  [[ -n ${number} && ${number} != 0 && -f ${STATE}/generations/${number}/plan.tsv ]] \
    || die 2 "there is no generation ${number:-before this one}; --list names them"
  say return "to generation ${number}"
  take_generation "${number}"
  bring_in
}

# The generation that is on the host once more, with the secrets as they are now. It takes the place of what it repeats, and
# nothing that is kept goes on holding what a secret was before.
refill() {
  local name path fill
  load_state
  [[ ${CURRENT} != 0 ]] || die 2 "nothing was applied here yet"
  name=${CURRENT}
  take_generation "${CURRENT}"
  bring_in
  [[ ${GENERATION:-${name}} == "${name}" ]] || rm -rf "${STATE}/generations/${name}"
  for name in "${STATE}"/generations/*/plan.tsv; do
    name=${name%/plan.tsv}
    [[ ${name##*/} != "${GENERATION:-${CURRENT}}" ]] || continue
    while IFS=$'\t' read -r _ path _ _ _ _ fill _; do
      [[ ${fill} != fill ]] || rm -f -- "${name}/files${path}"
    done < <(grep $'^file\t' "${name}/plan.tsv" || true)
  done
}

# Makes a generation the target, as a bundle is. Its templates are filled anew: a secret that was replaced does not come back.
take_generation() { # NUMBER
  local directory=${STATE}/generations/$1
  read_plan "${directory}/plan.tsv"
  PLAN=${directory}/plan.tsv TEMPLATES=${directory}/templates
  find_missing_packages
  find_missing_programs
  check_secrets
  check_space
  report_problems
  make_secrets
  load_secrets
  stage_files "${directory}/files"
  check_requirements
  report_problems
  classify
  read_pending
}

# Whether a generation is the same bundle as the current one: what its secrets were does not count.
compare_bundles() { # NUMBER; sets REPEATED
  local name
  REPEATED=''
  for name in "$1" "${CURRENT}"; do
    awk -F '\t' -v OFS='\t' '$1 == "file" && $7 == "fill" { $5 = "-" } { print }' "${STATE}/generations/${name}/plan.tsv" >"${WORK}/plan.${name}"
  done
  cmp -s "${WORK}/plan.$1" "${WORK}/plan.${CURRENT}" || return 0
  ! diff -qr "${STATE}/generations/$1/templates" "${STATE}/generations/${CURRENT}/templates" >/dev/null || REPEATED=1
}

list_generations() {
  local directory name word when count
  load_state
  for directory in "${STATE}"/generations/*/plan.tsv; do
    name=${directory%/plan.tsv} && name=${name##*/}
    word=kept
    [[ ${name} != "${CURRENT}" ]] || word=current
    ((name <= CURRENT)) || word=unfinished
    when=$(date -r "${directory}" '+%Y-%m-%d %H:%M:%S')
    count=$(grep -c $'^file\t' "${directory}" || true)
    printf '%s\t%s\t%s\n' "${name}" "${word}" "${when}, ${count} files"
  done | sort -rn >"${WORK}/generations"
  while IFS=$'\t' read -r name word when; do say "${word}" "generation ${name} of ${when}"; done <"${WORK}/generations"
}

# Before the first apply: what other hosts have to know of this one. Standard output is a file that a manifest can include.
public_keys() {
  local name rest head=''
  local -a pairs=()
  for name in "${SECRETS[@]}"; do
    [[ ${SPEC[${name}]} == keypair=* ]] || continue
    pairs+=("${name}")
    [[ -f ${SECRETS_DIR}/${name} ]] || GENERATE+=("${name}")
  done
  ((${#pairs[@]})) || die 2 "this host has no key pairs"
  SECRETS=("${pairs[@]}")
  make_secrets >&2
  for name in "${pairs[@]}"; do
    if [[ ${SPEC[${name}]} == keypair=wireguard ]]; then
      [[ -n ${head} ]] || head=$(printf 'environments:\n  %s:\n    networks:' "${ENVIRONMENT}")
      rest=${name#wireguard.}
      head+=$'\n'"      ${rest%%.*}: {wireguard: {hosts: {${HOST}: {public_key: \"$(<"${SECRETS_DIR}/${name}.pub")\"}}}}"
    else
      sed "s|^|# ${name}: |" "${SECRETS_DIR}/${name}.pub"
    fi
  done
  printf '%s\n' "${head}"
}

# A value for SITE-rotate-secret, made as that of an installation is.
make_apart() { # NAME DIRECTORY
  [[ -n ${SPEC[$1]-} && ${KIND[$1]} == generate && -d $2 ]] || die 2 "no secret that is made here: $1"
  SECRETS_DIR=$2
  generate_secret "$1" "${SPEC[$1]}"
}

dry_run() {
  local path
  prepare
  show_changes >"${WORK}/changes"
  [[ -s ${WORK}/changes ]] || say unchanged "generation ${CURRENT}, ${#FILES[@]} files" >"${WORK}/changes"
  cat "${WORK}/changes"
  [[ -n ${JSON} ]] || printf '\n'
  for path in "${FILES[@]}" "${REMOVE[@]}"; do
    case ${STATUS[${path}]} in
      same | mode) ;;
      *) show_diff "${path}" "${STAGED}${path}" "${path}" ;;
    esac
  done
}

drift() {
  DRIFT=1
  say "$@"
}

check_drift() {
  local path name
  load_state
  [[ ${CURRENT} != 0 ]] || die 1 "nothing was applied here yet"
  ((${#UNFINISHED[@]} == 0)) || drift unfinished "an apply was interrupted: --apply finishes it"
  load_generation "${CURRENT}"
  classify
  find_missing_packages
  for name in "${MISSING[@]}"; do drift missing "package ${name}"; done
  for path in "${FILES[@]}"; do
    [[ ${STATUS[${path}]} == same ]] || drift "${STATUS[${path}]}" "${path} (${F_OWNER[${path}]} ${F_MODE[${path}]})"
  done
  find_strangers
  while IFS= read -r path; do drift "not ours" "${path}, in a directory of ours"; done <"${WORK}/strangers"
  for name in "${!UNIT[@]}"; do
    systemctl -q is-enabled "${name}" 2>/dev/null && systemctl -q is-active "${name}" 2>/dev/null && continue
    drift stopped "${name}"
  done
  ((DRIFT)) || say "no drift" "generation ${CURRENT}, ${#FILES[@]} files"
  exit "${DRIFT}"
}

# Files that nobody asked for in directories that are ours alone: what reads the directory reads them too.
find_strangers() {
  local directory path
  local -a made=()
  : >"${WORK}/strangers"
  [[ ! -f ${STATE}/directories ]] || mapfile -t made <"${STATE}/directories"
  ((${#made[@]})) || return 0
  dpkg-query --search "${made[@]}" 2>/dev/null | sed 's/^.*: //' >"${WORK}/shared" || true # packages came later
  for directory in "${made[@]}"; do
    if grep -qxF -- "${directory}" "${WORK}/shared"; then continue; fi
    for path in "${directory}"/*; do
      [[ ! -f ${path} || -n ${F_SHA[${path}]-} ]] || printf '%s\n' "${path}"
    done
  done | sort -u >"${WORK}/strangers"
}
