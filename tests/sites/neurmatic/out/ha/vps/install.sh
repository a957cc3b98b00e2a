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

# ---- the plan --------------------------------------------------------------------------------------------------------
declare -A FIELDS=([sitewright]=2 [site]=2 [environment]=2 [host]=2 [os]=2 [architecture]=2 [port]=4 [secret]=4 [package]=2 [program]=8 [file]=9
  [require]=3 [unit]=3 [action]=5 [leave]=3 [health]=3)
declare -a PROBLEMS=()

forget_plan() {
  ARCHITECTURE='' PORTS=() FILES=() PACKAGES=() PROGRAMS=() SECRETS=() STEPS=() HEALTH=()
  declare -gA F_OWNER=() F_MODE=() F_SHA=() F_PHASE=() F_FILL=() F_SET=() F_ACTIONS=() WANT=() KIND=() SPEC=()
  declare -gA UNIT=() CHECK=() RUN=() LEAVE=() REQUIRE=()
  : >"${WORK}/steps"
}

read_plan() { # FILE
  local -a f
  forget_plan
  while IFS=$'\t' read -r -a f; do
    [[ -n ${f[0]-} && ${f[0]} != '#'* ]] || continue
    ((${#f[@]} >= ${FIELDS[${f[0]}]-99})) || die 2 "plan.tsv: this engine does not understand '${f[*]:0:3}'"
    case ${f[0]} in
      sitewright) [[ ${f[1]} == 1 ]] || die 2 "plan.tsv is format ${f[1]}, this engine reads format 1" ;;
      site) SITE=${f[1]} ;;
      environment) ENVIRONMENT=${f[1]} ;;
      host) HOST=${f[1]} ;;
      os) OS=${f[1]} ;;
      architecture) ARCHITECTURE=${f[1]} ;;
      port) PORTS+=("${f[1]} ${f[2]} ${f[3]}") ;;
      secret) SECRETS+=("${f[1]}") KIND[${f[1]}]=${f[2]} SPEC[${f[1]}]=${f[3]} ;;
      package) PACKAGES+=("${f[1]}") ;;
      program) PROGRAMS+=("$(printf '%s\t' "${f[@]:1}")") ;;
      file) add_file "${f[@]:1}" ;;
      require) REQUIRE[${f[1]}]=${f[2]} ;;
      unit) UNIT[${f[1]}]=1 STEPS+=("${f[2]} unit ${f[1]}") ;;
      action) STEPS+=("${f[2]} action ${f[1]}") CHECK[${f[1]}]=${f[3]} RUN[${f[1]}]=${f[4]} ;;
      leave) LEAVE[${f[1]}]=${f[2]} ;;
      health) HEALTH=("${f[1]}" "${f[2]}") ;;
      *) ;; # FIELDS has refused it
    esac
  done <"$1"
  printf '%s\n' "${STEPS[@]}" | sort -k1,1n -k2,2 -k3,3 >"${WORK}/steps" # where orders are equal, actions before units
}

add_file() { # PATH OWNER MODE SHA PHASE FILL SET ACTIONS
  [[ $1 =~ ^(/[A-Za-z0-9@%+=:,._~-]+)+$ && $1/ != */../* && $2 =~ ^[a-z0-9_-]+:[a-z0-9_-]+$ && $3 =~ ^[0-7]+$ ]] \
    || die 2 "plan.tsv: not a file record: $*"
  FILES+=("$1")
  F_OWNER[$1]=$2 F_MODE[$1]=${3##0} F_SHA[$1]=$4 F_PHASE[$1]=$5 F_FILL[$1]=$6 F_SET[$1]=$7 F_ACTIONS[$1]=$8
}

# ---- preflight: every problem in one list ----------------------------------------------------------------------------
check_system() {
  local tool os architecture
  os=$(sed -n 's/^\(ID\|VERSION_ID\)="\{0,1\}\([^"]*\)"\{0,1\}$/\1 \2/p' /etc/os-release | sort)
  os=${os#ID } && os=${os/$'\n'VERSION_ID /-}
  [[ ${os} == "${OS}" ]] || problem "this bundle is for ${OS}, and this host is ${os}"
  architecture=$(dpkg --print-architecture 2>/dev/null || true)
  [[ -z ${ARCHITECTURE} || ${architecture} == "${ARCHITECTURE}" ]] \
    || problem "this bundle has programs for ${ARCHITECTURE}, and this host is ${architecture}"
  for tool in apt-get diff dpkg-query find flock install sha256sum systemctl systemd-sysusers systemd-tmpfiles unshare; do
    command -v "${tool}" >/dev/null || problem "the command ${tool} is missing"
  done
  unshare -m true 2>/dev/null || problem "unshare -m is refused here: nothing could be checked before it goes live"
  if [[ -z ${FORCE} && -r ${STATE}/host && $(<"${STATE}/host") != "${ENVIRONMENT} ${HOST}" ]]; then
    problem "this bundle is for ${ENVIRONMENT} ${HOST}, and this host was $(<"${STATE}/host"); --force, if it is to become that"
  fi
}

# A clock that is far off makes certificates, signatures and backups fail in ways that name no clock.
check_clock() {
  local file written now newest=1767225600 # 2026
  for file in "${HERE}/plan.tsv" "${STATE}/current"; do
    [[ -e ${file} ]] || continue
    written=$(stat -c %Y "${file}")
    ((written <= newest)) || newest=${written}
  done
  printf -v now '%(%F %R)T' -1
  ((EPOCHSECONDS + 86400 >= newest)) || problem "the clock is wrong: it says ${now}, and this bundle or its last apply is younger"
}

# Sets REPLY to the compose project of a process that listens in the network of its host: its control group is called after
# its container.
find_project() { # PID
  REPLY=$(cat "/proc/$1/cgroup" 2>/dev/null || true)
  [[ ${REPLY} =~ ([0-9a-f]{64})[^0-9a-f]*$ ]] || return 0
  REPLY=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.project"}}' "${BASH_REMATCH[1]}" 2>/dev/null || true)
}

# What is to listen here must not be held by what is not ours, such as another web server.
check_ports() {
  local port protocol address number line pid name unit ours=' docker containerd '
  for name in "${!UNIT[@]}" "${!OWNED_UNIT[@]}"; do
    name=${name%.*} && ours+="${name%%@*} "
  done
  for port in "${PORTS[@]}"; do
    read -r protocol address number <<<"${port}"
    ss -Hlnp"${protocol::1}" "sport = :${number}" >"${WORK}/listeners" 2>/dev/null || true
    while IFS= read -r line; do
      [[ ${address} == '*' || ${line} == *" ${address}:${number} "* || ${line} =~ \ (\*|0\.0\.0\.0|\[::\]):${number}\  ]] || continue
      [[ ${line} =~ \"([^\"]+)\",pid=([0-9]+) ]] || continue
      name=${BASH_REMATCH[1]} pid=${BASH_REMATCH[2]}
      unit=$(sed -n 's|^0::.*/\([^/]*\)\.service.*|\1|p' "/proc/${pid}/cgroup" 2>/dev/null || true)
      [[ ${pid} != 1 && ${ours} != *" ${unit%%@*} "* ]] || continue # 1: a socket that systemd holds for a unit
      find_project "${pid}"
      [[ ${REPLY} != "${SITE}" ]] || continue
      problem "port ${number}/${protocol} is held by ${name} (${unit:-pid ${pid}}): stop it, or let one of the two listen elsewhere"
      break
    done <"${WORK}/listeners"
  done
}

check_bundle() {
  local path entry
  local -A present=()
  find "${HERE}/rootfs" ! -type d -print0 >"${WORK}/list"
  while IFS= read -r -d '' entry; do
    path=${entry#"${HERE}/rootfs"}
    present[${path}]=1
    [[ -n ${F_SHA[${path}]-} ]] || problem "rootfs${path} is not in plan.tsv"
    [[ ! -L ${entry} ]] || problem "rootfs${path} is a link"
  done <"${WORK}/list"
  : >"${WORK}/sums"
  for path in "${FILES[@]}"; do
    [[ -n ${present[${path}]-} ]] || problem "rootfs${path} is missing"
    [[ ! -d ${path} ]] || problem "${path} is a directory on this host, and a file in the plan"
    [[ -z ${present[${path}]-} ]] || printf '%s  %s\n' "${F_SHA[${path}]}" "${HERE}/rootfs${path}" >>"${WORK}/sums"
  done
  sha256sum --quiet --check "${WORK}/sums" >"${WORK}/bad" 2>/dev/null || true
  while IFS= read -r entry; do
    entry=${entry#"${HERE}/"}
    problem "${entry%: FAILED*} is not what was compiled: its digest is not the plan's"
  done <"${WORK}/bad"
  [[ -z ${ONLY} || " ${F_SET[*]} " == *" ${ONLY} "* ]] || problem "--only ${ONLY}: the plan has no such set"
  [[ -z ${ONLY} || ${CURRENT} != 0 ]] || problem "--only needs a host on which all was applied once"
}

check_secrets() {
  local name
  for name in "${SECRETS[@]}"; do
    [[ ${name} =~ ^[A-Za-z0-9_.-]+$ ]] || problem "secret ${name}: not a name"
    if [[ -f ${SECRETS_DIR}/${name} ]]; then
      if IFS= read -r -d '' _ <"${SECRETS_DIR}/${name}"; then problem "secret ${name} contains a NUL byte"; fi
      grep -q . "${SECRETS_DIR}/${name}" || problem "secret ${name} is empty: ${SECRETS_DIR}/${name}"
    elif [[ ${KIND[${name}]} == previous ]]; then
      continue # it begins as the same as what it is of
    elif [[ ${KIND[${name}]} != generate ]]; then
      ASK+=("${name}")
    elif [[ ! ${SPEC[${name}]} =~ ^(length=[0-9]+,(charset=(url-safe|alphanumeric|digits)|encoding=(base64|hex))(,prefix=.*)?|keypair=(rsa-2048|rsa-4096|ed25519|ssh-ed25519|wireguard))$ ]]; then
      problem "secret ${name}: this engine cannot generate '${SPEC[${name}]}'"
    else
      GENERATE+=("${name}")
    fi
  done
  [[ ${MODE} == apply && -z ${CONFIRM} ]] || return 0
  for name in "${ASK[@]}"; do
    problem "secret ${name} is missing (${SPEC[${name}]}); put it into ${SECRETS_DIR}/${name}"
  done
}

check_space() {
  local directory need free
  need=65536 # KiB: the staged files, the new generation, and room to go back
  ((${#MISSING[@]} == 0)) || need=524288
  for directory in /etc /usr /var/lib; do
    free=$(df -k --output=avail "${directory}" | tail -n 1)
    ((free >= need)) || problem "${directory} has ${free} KiB free, and ${need} are needed"
  done
}

# What must be true before anything is touched, such as that a database is what the plan takes it for.
check_requirements() {
  local name why
  for name in "${!REQUIRE[@]}"; do
    STAGED=${STAGED} "${CLEAN[@]}" timeout 60 bash -c "${REQUIRE[${name}]}" >"${WORK}/log" 2>&1 && continue
    why=$(tail -n 1 "${WORK}/log")
    problem "${name}: ${why:-${REQUIRE[${name}]} failed}"
  done
}

find_missing_packages() {
  local name state
  local -A installed=()
  MISSING=()
  ((${#PACKAGES[@]})) || return 0
  dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${PACKAGES[@]}" >"${WORK}/packages" 2>/dev/null || true
  while read -r name state; do [[ ${state} != installed ]] || installed[${name}]=1; done <"${WORK}/packages"
  for name in "${PACKAGES[@]}"; do [[ -n ${installed[${name}]-} ]] || MISSING+=("${name}"); done
}

find_missing_programs() {
  local record name path version arguments output
  WANTING=()
  for record in "${PROGRAMS[@]}"; do
    IFS=$'\t' read -r name path version _ _ _ arguments _ <<<"${record}"
    [[ ${arguments} != - ]] || arguments=''
    read -r -a arguments <<<"${arguments}"
    output=$("${path}" "${arguments[@]}" 2>&1 </dev/null) || output=''
    [[ ${output} =~ (^|[^0-9.])"${version}"($|[^0-9]) ]] || WANTING+=("${record}")
  done
}

# ---- secrets: never on a command line, never in output ---------------------------------------------------------------
save_secret() { # NAME, the value on stdin
  cat >"${SECRETS_DIR}/.$1.new"
  mv -fT "${SECRETS_DIR}/.$1.new" "${SECRETS_DIR}/$1"
}

make_secrets() {
  local name value
  [[ -d ${SECRETS_DIR} ]] || { install -d -m 0755 "/etc/${SITE}" && install -d -m 0700 "${SECRETS_DIR}"; }
  find "${SECRETS_DIR}" \( -type d ! -perm 700 -exec chmod 700 {} + \) , \( -type f ! -perm 600 -exec chmod 600 {} + \) , \
    ! -uid 0 -exec chown root:root {} +
  for name in "${ASK[@]}"; do
    value=''
    while [[ -z ${value} ]]; do
      read -r -s -p "secret ${name} (${SPEC[${name}]}): " value || die 2 "secret ${name} was not given"
      printf '\n'
    done
    printf '%s' "${value}" | save_secret "${name}"
  done
  for name in "${GENERATE[@]}"; do
    say generate "secret ${name}"
    generate_secret "${name}" "${SPEC[${name}]}"
  done
  for name in "${SECRETS[@]}"; do
    [[ ${KIND[${name}]} != previous || -f ${SECRETS_DIR}/${name} ]] || save_secret "${name}" <"${SECRETS_DIR}/${SPEC[${name}]}"
  done
  # The line end that an editor added: a program that reads the file itself would take it for a part of the secret.
  for name in "${SECRETS[@]}"; do
    value=$(<"${SECRETS_DIR}/${name}")
    [[ ${value} == *$'\n'* ]] || printf '%s' "${value}" | cmp -s - "${SECRETS_DIR}/${name}" \
      || printf '%s' "${value}" | save_secret "${name}"
  done
  ASK=() GENERATE=()
}

generate_secret() { # NAME SPEC
  local length value='' set='A-Za-z0-9_-' new="${SECRETS_DIR}/.$1.new"
  local -a kind=(ED25519)
  length=${2#length=} && length=${length%%,*}
  case $2 in
    keypair=ssh-ed25519)
      command -v ssh-keygen >/dev/null || install_packages openssh-client
      rm -f "${new}" "${new}.pub"
      ssh-keygen -q -t ed25519 -N '' -C "${SITE}@${HOST}" -f "${new}" || fail /dev/null "no key pair for $1"
      mv -fT "${new}.pub" "${SECRETS_DIR}/$1.pub"
      mv -fT "${new}" "${SECRETS_DIR}/$1"
      value=$(<"${SECRETS_DIR}/$1.pub")
      say public "${value}"
      return
      ;;
    keypair=wireguard)
      command -v wg >/dev/null || install_packages wireguard-tools
      wg genkey >"${new}" || fail /dev/null "no key pair for $1"
      wg pubkey <"${new}" >"${SECRETS_DIR}/$1.pub"
      mv -fT "${new}" "${SECRETS_DIR}/$1"
      value=$(<"${SECRETS_DIR}/$1.pub")
      say public "${value} of $1"
      return
      ;;
    keypair=*)
      command -v openssl >/dev/null || install_packages openssl
      [[ $2 != keypair=rsa-* ]] || kind=(RSA -pkeyopt "rsa_keygen_bits:${2##*-}")
      openssl genpkey -algorithm "${kind[@]}" -out "${new}" 2>"${WORK}/log" || fail "${WORK}/log" "no key pair for $1"
      openssl pkey -in "${new}" -pubout -out "${SECRETS_DIR}/$1.pub"
      mv -fT "${new}" "${SECRETS_DIR}/$1"
      say public "${SECRETS_DIR}/$1.pub"
      return
      ;;
    *encoding=base64*) value=$(head -c "${length}" /dev/urandom | base64 -w 0) ;;
    *encoding=hex*) value=$(head -c "${length}" /dev/urandom | od -An -v -tx1 | tr -d ' \n') ;;
    *)
      [[ $2 != *charset=alphanumeric* ]] || set='A-Za-z0-9'
      [[ $2 != *charset=digits* ]] || set='0-9'
      # A letter or digit first: no tool takes it for an option.
      until ((${#value} >= length)) && [[ ${value} == [A-Za-z0-9]* ]]; do
        value=${value#[_-]}$(head -c 256 /dev/urandom | tr -dc "${set}")
      done
      value=${value:0:length}
      ;;
  esac
  [[ $2 != *,prefix=* ]] || value=${2#*,prefix=}${value}
  printf '%s' "${value}" | save_secret "$1"
}

load_secrets() {
  local name
  declare -gA SECRET=()
  for name in "${SECRETS[@]}" "${SECRETS[@]/%/.pub}"; do
    if [[ -f ${SECRETS_DIR}/${name} ]]; then
      SECRET[${name}]=$(<"${SECRETS_DIR}/${name}") # without the line end that an editor adds
    elif [[ ${KIND[${name}]-} == previous && -f ${SECRETS_DIR}/${SPEC[${name}]} ]]; then
      SECRET[${name}]=$(<"${SECRETS_DIR}/${SPEC[${name}]}")
    elif [[ ${name} != *.pub || ${SPEC[${name%.pub}]} == keypair=* ]]; then
      SECRET[${name}]="(not there yet: ${name})" # only a dry run goes on without
    fi
  done
}

# Sets REPLY to a secret as the place that it goes to wants it.
encode_secret() { # NAME ENCODING FILE
  local value=${SECRET[$1]-} i char
  REPLY=''
  if [[ -z ${value} ]]; then
    problem "$3 wants secret $1, which the plan does not name"
    return 0
  fi
  if [[ $2 =~ ^(raw|ini|conf|pgpass)$ && ${value} == *$'\n'* ]]; then problem "secret $1 has several lines, and $3 takes one"; fi
  case $2 in
    raw | pem) REPLY=${value} ;;
    pgpass) REPLY=${value//\\/\\\\} && REPLY=${REPLY//:/\\:} ;;
    ini | conf) REPLY=${value//\\/\\\\} && REPLY=${REPLY//\"/\\\"} ;;
    env) REPLY=${value//\\/\\\\} && REPLY=${REPLY//\"/\\\"} && REPLY=${REPLY//\$/\\\$} ;;
    sha256) REPLY=$(printf '%s' "${value}" | sha256sum) && REPLY=${REPLY%% *} ;;
    sql) # whether a backslash is one depends on the server's settings
      [[ ${value} != *\\* ]] || problem "secret $1 has a backslash, which is not safe in the SQL of $3"
      REPLY=${value//\'/\'\'}
      ;;
    url)
      for ((i = 0; i < ${#value}; i++)); do
        char=${value:i:1}
        [[ ${char} == [A-Za-z0-9._~-] ]] || printf -v char '%%%02X' "$(($(printf '%d' "'${char}") & 255))"
        REPLY+=${char}
      done
      ;;
    json) json_text "${value}" ;;
    *) problem "$3: this engine has no encoding '$2'" ;;
  esac
}

fill_file() { # TEMPLATE TARGET PATH
  local rest out='' token
  IFS= read -r -d '' rest <"$1" || true
  while [[ ${rest} == *'{{secret:'* ]]; do
    out+=${rest%%'{{secret:'*}
    rest=${rest#*'{{secret:'}
    token=${rest%%'}}'*} && rest=${rest#*'}}'}
    encode_secret "${token%:*}" "${token##*:}" "$3"
    out+=${REPLY}
    hide "${REPLY}" "${token%:*}"
    hide "${SECRET[${token%:*}]-}" "${token%:*}"
  done
  printf '%s%s' "${out}" "${rest}" >"$2"
}

# Remembers a text that no output may show, longest first, so that no secret shows the rest of one that begins with it.
hide() { # TEXT NAME
  local line i
  while IFS= read -r line; do
    ((${#line} >= 4)) || continue
    for ((i = 0; i < ${#HIDDEN[@]}; i++)); do ((${#HIDDEN[i]} > ${#line})) || break; done
    [[ ${HIDDEN[i]-} != "${line}" ]] || continue
    HIDDEN=("${HIDDEN[@]:0:i}" "${line}" "${HIDDEN[@]:i}")
    HIDDEN_NAME=("${HIDDEN_NAME[@]:0:i}" "$2" "${HIDDEN_NAME[@]:i}")
  done <<<"$1"
}

redact() { # TEXT -> REPLY
  local i
  REPLY=$1
  for ((i = 0; i < ${#HIDDEN[@]}; i++)); do REPLY=${REPLY//"${HIDDEN[i]}"/"<secret ${HIDDEN_NAME[i]}>"}; done
}

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

# ---- packages and programs -------------------------------------------------------------------------------------------
# What a command of the host runs in: the usual umask, no stdin, and without our lock, which a daemon would keep.
CLEAN=(bash -c 'umask 022 && cd / && exec "$@" </dev/null 9>&-' command)

# A package's service must not start before its configuration is in place: nginx or a database would listen with defaults.
# policy-rc.d holds the starts back, and they are made up for later. It holds nothing when we are gone: it asks our lock.
hold_services() {
  [[ ! -e ${GUARD} ]] || return 0
  cat >"${WORK}/guard" <<POLICY
#!/bin/sh
# Made by Sitewright's install.sh, which removes it: no service of a new package starts before its configuration is there.
[ "\$2" != stop ] || exit 0
if flock -n -s '${STATE}/lock' true; then exit 0; fi
word=start
if systemctl -q is-active "\$1" 2>/dev/null; then word=try-restart; fi
echo "\$word \$1" >>'${STATE}/held'
exit 101
POLICY
  install -m 0755 "${WORK}/guard" "${GUARD}"
}

drop_guard() {
  if [[ -f ${GUARD} ]] && grep -q "Sitewright's install.sh" "${GUARD}"; then rm -f "${GUARD}"; fi
}

release_services() {
  local word name
  [[ -f ${STATE}/held ]] || return 0
  sort -u "${STATE}/held" >"${WORK}/held"
  while read -r word name; do
    systemctl -q is-enabled "${name}" 2>/dev/null || continue
    "${CLEAN[@]}" systemctl "${word}" "${name}" >"${WORK}/log" 2>&1 || complain warning "${name}, of a new package, did not start"
  done <"${WORK}/held"
  rm -f "${STATE}/held"
}

install_packages() { # NAME...
  local -a apt=(apt-get -y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 NEEDRESTART_SUSPEND=1
  say install "$*"
  hold_services
  "${CLEAN[@]}" dpkg --force-confold --configure -a >"${WORK}/log" 2>&1 || fail "${WORK}/log" "dpkg --configure -a"
  "${CLEAN[@]}" "${apt[@]}" update >"${WORK}/log" 2>&1 || fail "${WORK}/log" "apt-get update"
  "${CLEAN[@]}" "${apt[@]}" --no-install-recommends install -- "$@" >"${WORK}/log" 2>&1 || fail "${WORK}/log" "apt-get install"
  drop_guard
}

install_programs() {
  local record name path version url sha member
  local -a get=(curl -fsSL --retry 3)
  command -v curl >/dev/null || get=(wget -q -O -)
  for record in "${WANTING[@]}"; do
    IFS=$'\t' read -r name path version url sha member _ <<<"${record}"
    say fetch "${name} ${version}"
    "${CLEAN[@]}" "${get[@]}" "${url}" >"${STATE}/download" 2>"${WORK}/log" || fail "${WORK}/log" "fetching ${url}"
    sha256sum --status --check - <<<"${sha}  ${STATE}/download" || fail /dev/null "${url} does not have the digest of the plan"
    make_directory "${path%/*}"
    tar -xzOf "${STATE}/download" "${member}" >"${path}.sitewright" || fail /dev/null "${url} has no ${member}"
    chmod 0755 "${path}.sitewright"
    mv -fT "${path}.sitewright" "${path}"
    rm -f "${STATE}/download"
  done
}

# ---- one generation to the next --------------------------------------------------------------------------------------
# The plan as it comes to stand on this host: the digests are those of the files with their secrets filled in.
write_plan() { # TARGET
  local path
  grep -v $'^file\t' "${PLAN}" >"$1"
  for path in "${FILES[@]}"; do
    printf 'file\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "${path}" "${F_OWNER[${path}]}" "${F_MODE[${path}]}" "${WANT[${path}]}" \
      "${F_PHASE[${path}]}" "${F_FILL[${path}]}" "${F_SET[${path}]}" "${F_ACTIONS[${path}]}"
  done >>"$1"
  [[ -n ${ONLY} ]] || return 0
  for path in "${!OWNED[@]}"; do # the other sets stay as they are
    [[ ${OWNED_SET[${path}]} == "${ONLY}" ]] || grep -F $'file\t'"${path}"$'\t' "${STATE}/generations/${CURRENT}/plan.tsv" || true
  done | sort >>"$1"
}

write_generation() {
  local new=${STATE}/new current=${STATE}/generations/${CURRENT} path
  GENERATION=$((LAST + 1))
  rm -rf "${new}"
  mkdir -p "${new}/files" "${new}/templates" "${STATE}/generations"
  cp "${WORK}/plan" "${new}/plan.tsv"
  cp "${HERE}/${BASH_SOURCE[0]##*/}" "${new}/install.sh"
  [[ -z ${ONLY} ]] || cp -R "${current}/files" "${current}/templates" "${new}"
  for path in "${FILES[@]}"; do
    (cd "${STAGED}" && cp --parents ".${path}" "${new}/files")
    [[ ${F_FILL[${path}]} != fill ]] || (cd "${TEMPLATES}" && cp --parents ".${path}" "${new}/templates")
  done
  keep_running
  printf '%s\n' "${ENVIRONMENT} ${HOST}" >"${STATE}/host"
  printf '%s\n' "${!TRIGGERED[@]}" >"${STATE}/pending.new"
  mv -f "${STATE}/pending.new" "${STATE}/pending"
  mv -T "${new}" "${STATE}/generations/${GENERATION}"
  sync -f "${STATE}"
}

# A unit that ran before it was ours, such as ssh.service, runs on when it is ours no longer.
keep_running() {
  local name
  for name in "${!UNIT[@]}"; do
    [[ -z ${OWNED_UNIT[${name}]-} ]] || continue
    ! systemctl -q is-active "${name}" 2>/dev/null || grep -qsxF "${name}" "${STATE}/ran-before" || printf '%s\n' "${name}" >>"${STATE}/ran-before"
  done
}

make_directory() { # PATH
  [[ -n $1 && ! -d $1 ]] || return 0
  make_directory "${1%/*}"
  mkdir -m 0755 "$1"
  printf '%s\n' "$1" >>"${STATE}/directories"
}

# Keeps a file that we replace: the one from before our time for good, a hand-edited one with the generation.
keep_copy() { # PATH
  local folder=${STATE}/generations/0/files
  [[ ${STATUS[$1]} == foreign && ! -e ${folder}$1 && ! -L ${folder}$1 ]] || folder=${STATE}/edited/${GENERATION}
  mkdir -p "${folder}${1%/*}"
  cp -a -- "$1" "${folder}$1.new"
  mv -fT -- "${folder}$1.new" "${folder}$1"
  say kept "$1, as it was, in ${folder}"
}

place_files() { # PHASE...
  local path temporary
  for path in "${FILES[@]}"; do
    temporary=${path%/*}/.${path##*/}.sitewright
    [[ ! -e ${temporary} ]] || rm -f -- "${temporary}" # of a run that was killed
    [[ ${STATUS[${path}]} != same && " $* " == *" ${F_PHASE[${path}]} "* ]] || continue
    [[ ${STATUS[${path}]} != foreign && ${STATUS[${path}]} != edited ]] || keep_copy "${path}"
    make_directory "${path%/*}"
    install -o "${F_OWNER[${path}]%:*}" -g "${F_OWNER[${path}]#*:}" -m "${F_MODE[${path}]}" -- "${STAGED}${path}" "${temporary}"
    mv -fT -- "${temporary}" "${path}"
  done
}

remove_files() {
  local path original directory
  for path in "${REMOVE[@]}"; do
    rm -f -- "${path%/*}/.${path##*/}.sitewright"
    [[ ${STATUS[${path}]} != same ]] || continue
    [[ ${STATUS[${path}]} != edited ]] || keep_copy "${path}"
    original=${STATE}/generations/0/files${path}
    if [[ -e ${original} || -L ${original} ]]; then
      cp -a -- "${original}" "${path%/*}/.${path##*/}.sitewright"
      mv -fT -- "${path%/*}/.${path##*/}.sitewright" "${path}"
      rm -f -- "${original}"
    else
      rm -f -- "${path}"
    fi
    directory=${path%/*}
    while [[ -f ${STATE}/directories ]] && grep -qxF -- "${directory}" "${STATE}/directories"; do
      rmdir "${directory}" 2>/dev/null || break
      directory=${directory%/*}
    done
  done
}

# Users and directories: harmless to repeat, needed before anything can be owned by them.
apply_identity() {
  local path
  local -a users=() directories=()
  [[ -n ${TRIGGERED[_identity]-} ]] || return 0
  for path in "${FILES[@]}"; do
    [[ ${path} != */sysusers.d/* ]] || users+=("${path}")
    [[ ${path} != */tmpfiles.d/* ]] || directories+=("${path}")
  done
  ((${#users[@]} == 0)) || "${CLEAN[@]}" systemd-sysusers "${users[@]}" >"${WORK}/log" 2>&1 \
    || fail "${WORK}/log" systemd-sysusers
  ((${#directories[@]} == 0)) || "${CLEAN[@]}" systemd-tmpfiles --create "${directories[@]}" >"${WORK}/log" 2>&1 \
    || fail "${WORK}/log" systemd-tmpfiles
}

# ---- checks in a private view ----------------------------------------------------------------------------------------
# Runs in a mount namespace of its own. There /etc is a copy with the staged files laid over it, in memory, gone with the
# namespace; any other directory that gets a file is shadowed by one of links to what it holds, so that it costs nothing.
look_ahead() { # WORK
  local work=$1 path source owner mode directory entry name command count=0 failed=0
  umask 022
  shopt -s dotglob nullglob
  mount -t tmpfs -o mode=0755 tmpfs "${work}/view"
  cp -a /etc "${work}/view/etc"
  mount --bind "${work}/view/etc" /etc
  while IFS=$'\t' read -r path _; do
    directory=${path%/*}
    while [[ -n ${directory} && ! -d ${directory} ]]; do directory=${directory%/*}; done
    [[ -z ${directory} || ${directory}/ == /etc/* ]] || printf '%s\n' "${directory}"
  done <"${work}/lay" | sort -u >"${work}/shadows"
  while IFS= read -r directory; do
    count=$((count + 1))
    mkdir -p "${work}/view/real/${count}" "${work}/view/shadow/${count}"
    mount --rbind "${directory}" "${work}/view/real/${count}"
    for entry in "${work}/view/real/${count}"/*; do ln -s "${entry}" "${work}/view/shadow/${count}/"; done
    mount --bind "${work}/view/shadow/${count}" "${directory}"
  done <"${work}/shadows"
  while IFS=$'\t' read -r path source owner mode; do
    directory=${path#/} && directory=/${directory%%/*}
    [[ -d ${directory} ]] || continue # a new top-level directory cannot be shadowed
    rm -f -- "${path}"
    [[ ${source} != - ]] || continue
    mkdir -p "${path%/*}"
    cp -a -- "${source}" "${path}"
    [[ ${owner} == - ]] || { chown "${owner}" "${path}" && chmod "${mode}" "${path}"; }
  done <"${work}/lay"
  while IFS=$'\t' read -r name command; do
    timeout 120 bash -c "cd /; ${command}" >"${work}/log" 2>&1 </dev/null && continue
    failed=1
    printf '%s\n' "check ${name}: ${command}"
    cat "${work}/log"
  done <"${work}/checks"
  exit "${failed}"
}

check_ahead() {
  local path original name
  for path in "${FILES[@]}" "${REMOVE[@]}"; do
    [[ ${STATUS[${path}]} != same ]] || continue
    original=${STATE}/generations/0/files${path}
    if [[ -n ${WANT[${path}]-} ]]; then
      printf '%s\t%s\t%s\t%s\n' "${path}" "${STAGED}${path}" "${F_OWNER[${path}]}" "${F_MODE[${path}]}"
    elif [[ -e ${original} ]]; then
      printf '%s\t%s\t-\t-\n' "${path}" "${original}"
    else
      printf '%s\t-\t-\t-\n' "${path}"
    fi
  done >"${WORK}/lay"
  for name in "${!TRIGGERED[@]}"; do
    [[ ${CHECK[${name}]--} == - ]] || printf '%s\t%s\n' "${name}" "${CHECK[${name}]}"
  done | sort >"${WORK}/checks"
  [[ -s ${WORK}/checks ]] || return 0
  mkdir -p "${WORK}/view"
  unshare -m --propagation private bash -Eeuo pipefail -c "$(declare -f look_ahead); look_ahead \"\$@\"" look_ahead \
    "${WORK}" >"${WORK}/report" 2>&1 9>&- || fail "${WORK}/report" "a check refused the new configuration; it did not go live"
}

# ---- going live ------------------------------------------------------------------------------------------------------
activate() {
  local name
  [[ -n ${ONLY} ]] || for name in "${!OWNED_LEAVE[@]}"; do
    [[ -n ${LEAVE[${name}]-} ]] || take_leave "${name}"
  done
  [[ -n ${ONLY} ]] || for name in "${!OWNED_UNIT[@]}"; do
    [[ -z ${UNIT[${name}]-} ]] || continue
    ! grep -qsxF "${name}" "${STATE}/ran-before" || continue
    say stop "${name}"
    systemctl -q disable --now "${name}" >/dev/null 2>&1 || true
  done
  place_files "$@"
  remove_files
  [[ -z ${TRIGGERED[_units]-} ]] || systemctl daemon-reload
}

# What is no file and no unit of ours, such as containers, ends before what runs it does.
take_leave() { # NAME
  local line
  say leave "$1: ${OWNED_LEAVE[$1]}"
  "${CLEAN[@]}" bash -o pipefail -c "${OWNED_LEAVE[$1]}" >"${WORK}/kept" 2>"${WORK}/log" || fail "${WORK}/log" "$1 could not leave"
  while IFS= read -r line; do say kept "${line}"; done <"${WORK}/kept"
}

run_steps() {
  local kind name
  STARTED=0
  while read -r _ kind name; do
    case ${kind} in
      action) [[ -z ${TRIGGERED[${name}]-} || ${RUN[${name}]} == - ]] || run_action "${name}" ;;
      unit) [[ -n ${ONLY} ]] || start_unit "${name}" ;;
      *) ;;
    esac
  done <"${WORK}/steps"
}

run_action() { # NAME
  say run "$1: ${RUN[$1]}"
  "${CLEAN[@]}" bash -c "${RUN[$1]}" >"${WORK}/log" 2>&1 || fail "${WORK}/log" "action $1"
}

start_unit() { # NAME
  if systemctl -q is-enabled "$1" 2>/dev/null; then
    if systemctl -q is-active "$1" 2>/dev/null; then return 0; fi
    find_waiting "$1"
    [[ -z ${WAITING} ]] || systemctl start "$1" 2>/dev/null || true
    find_waiting "$1"
    [[ -z ${WAITING} ]] || return 0
  fi
  STARTED=$((STARTED + 1))
  say start "$1"
  "${CLEAN[@]}" systemctl -q enable --now "$1" >"${WORK}/log" 2>&1 || fail_unit "$1"
}

# A unit whose condition does not hold, such as that of a release that is not deployed yet, is not a failed one.
find_waiting() { # NAME; sets WAITING
  local shown
  WAITING=''
  shown=$(systemctl show -p ActiveState,ConditionResult,ConditionTimestampMonotonic "$1" 2>/dev/null || true)
  [[ ${shown} == *ActiveState=inactive* && ${shown} == *ConditionResult=no* ]] || return 0
  [[ ${shown} == *ConditionTimestampMonotonic=0* ]] || WAITING=1
}

fail_unit() { # NAME
  local state restarts
  state=$(systemctl is-active "$1" 2>/dev/null || true)
  restarts=$(systemctl show -p NRestarts --value "$1" 2>/dev/null || true)
  journalctl -u "$1" -n 20 --no-pager -o short-iso >>"${WORK}/log" 2>/dev/null || true
  fail "${WORK}/log" "$1 is ${state:-unknown} after ${restarts:-0} restarts"
}

# Every unit active, the health command content, and after a change nothing that keeps restarting behind an active state.
check_health() {
  local name state tries deadline=$((SECONDS + 60))
  local -A restarts=()
  local -a units=()
  for name in "${!UNIT[@]}"; do
    [[ -z ${ONLY} ]] || continue
    find_waiting "${name}"
    if [[ -n ${WAITING} ]]; then say waiting "${name}: its condition is not met yet"; else units+=("${name}"); fi
  done
  for name in "${units[@]}"; do
    while true; do
      state=$(systemctl is-active "${name}" 2>/dev/null || true)
      [[ ${state} == *ing && ${SECONDS} -lt ${deadline} ]] || break
      tries=$(systemctl show -p NRestarts --value "${name}" 2>/dev/null || true)
      ((${tries:-0} < 5)) || break # it does not come up
      sleep 0.5
    done
    : >"${WORK}/log"
    [[ ${state} == active ]] || fail_unit "${name}"
    restarts[${name}]=$(systemctl show -p NRestarts --value "${name}")
  done
  if ((${#HEALTH[@]})); then
    deadline=$((SECONDS + HEALTH[1]))
    until "${CLEAN[@]}" timeout "${HEALTH[1]}" bash -c "${HEALTH[0]}" >"${WORK}/log" 2>&1; do
      ((SECONDS < deadline)) || fail "${WORK}/log" "not healthy within ${HEALTH[1]} s: ${HEALTH[0]}"
      sleep 1
    done
  fi
  [[ ${STAGE} == active && ${#units[@]} -gt 0 ]] || return 0
  sleep 2
  : >"${WORK}/log"
  for name in "${units[@]}"; do
    state=$(systemctl is-active "${name}" || true)-$(systemctl show -p NRestarts --value "${name}" || true)
    [[ ${state} == "active-${restarts[${name}]}" ]] || fail_unit "${name}"
  done
}

# ---- start -----------------------------------------------------------------------------------------------------------
lock() {
  if [[ ${MODE} =~ ^(apply|rollback|refill|public-keys)$ ]]; then
    mkdir -p "${STATE}"
    exec 9>>"${STATE}/lock"
    flock -n 9 || die 2 "another install.sh or a deployment is at work on this host"
    rm -rf "/run/sitewright-${SITE}".*
  elif [[ -r ${STATE}/lock ]]; then
    exec 9<"${STATE}/lock"
    flock -n -s 9 || die 2 "an install.sh is at work on this host"
  fi
}

MODE=dry-run NUMBER='' JSON='' ONLY='' FORCE='' YES='' STAGE='' APART='' GENERATION='' RETURNED=1 DRIFT=0 GUARD=/usr/sbin/policy-rc.d
HIDDEN=() HIDDEN_NAME=() ASK=() GENERATE=() UNFINISHED=() MISSING=() WANTING=()
while (($#)); do
  case $1 in
    --dry-run | --check | --apply | --refill | --list | --public-keys) MODE=${1#--} ;;
    --make)
      MODE=make NUMBER=${2-}
      APART=${3-}
      shift 2
      ;;
    --rollback)
      MODE=rollback
      if [[ ${2-} =~ ^[0-9]+$ ]]; then NUMBER=$2 && shift; fi
      ;;
    --json) JSON=1 ;;
    --only) ONLY=${2-} && shift ;;
    --force) FORCE=1 ;;
    --yes) YES=1 ;;
    --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done
CONFIRM='' # whether somebody is there to be asked
[[ ${MODE} == check || ${MODE} == dry-run || -n ${YES}${JSON} || ! -t 0 ]] || CONFIRM=1
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
[[ -r ${HERE}/plan.tsv ]] || die 2 "${HERE}/plan.tsv is missing"
SITE=$(sed -n 's/^site\t//p' "${HERE}/plan.tsv")
[[ ${SITE} =~ ^[a-z][a-z0-9-]*$ ]] || die 2 "${HERE}/plan.tsv names no site"
STATE=/var/lib/sitewright/${SITE} SECRETS_DIR=/etc/${SITE}/secrets PLAN=${HERE}/plan.tsv TEMPLATES=${HERE}/rootfs
((EUID == 0)) || die 2 "this must run as root"
lock
WORK=$(mktemp -d "/run/sitewright-${SITE}.XXXXXX")
chmod 0711 "${WORK}" # the view below must let a tool through that runs as another user
trap leave EXIT
trap 'exit 130' INT TERM HUP
trap 'complain error "install.sh stopped at line ${LINENO}"' ERR
read_plan "${PLAN}"
case ${MODE} in
  apply) apply ;;
  rollback) return_to "${NUMBER}" ;;
  refill) refill ;;
  make) make_apart "${NUMBER}" "${APART}" ;;
  list) list_generations ;;
  public-keys) public_keys ;;
  check) check_drift ;;
  *) dry_run ;;
esac
