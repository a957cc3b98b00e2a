#!/usr/bin/env bash
# Puts a built release in place, and takes it back when it does not work. The same bytes on every host: what is deployed
# here, and how it is seen that it is well, stands in /etc/SITE/deploy.tsv; SITE is the first part of this program's name.
#
# A service's folder holds releases/NAME, and links: `current` to the one that serves, `previous` to the one before,
# `next` to one whose migrations run. They belong to root, so that no process can change its own code.
set -Eeuo pipefail
shopt -s inherit_errexit nullglob
umask 022
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

SITE=${BASH_SOURCE[0]##*/}
SITE=${SITE%-deploy}
PLAN=/etc/${SITE}/deploy.tsv
# Seconds that a release may take until it answers.
readonly PATIENCE=${PATIENCE:-120}
# nginx leaves an instance out for two seconds after it refused; before they are over the next one must not go.
readonly SETTLE=3

usage() {
  cat <<HELP
usage: ${SITE}-deploy SERVICE ARCHIVE [--sha256 DIGEST] [--name NAME]
       ${SITE}-deploy SERVICE --rollback [NAME]
       ${SITE}-deploy SERVICE --list
       ${SITE}-deploy --list

  ARCHIVE         what tar reads, packed or not; - is the standard input
  --sha256        refuse an archive of another digest
  --name NAME     name of the release (default: the time and the digest's beginning)
  --rollback      back to the release before, or to NAME; migrations are not undone
  --list          the releases that are kept, or the services of this host

A release serves once it answers; if it does not, the one before is back.
exit: 0 done, 1 failed and nothing has changed, 2 wrong usage, 75 another deployment is at work
HELP
}

say() { printf '%-10s %s\n' "$1" "${*:2}"; }
die() {
  printf '%-10s %s\n' error "${*:2}" >&2
  exit "$1"
}
wrong_usage() {
  usage >&2
  exit 2
}

# ---- what is deployed here ---------------------------------------------------------------------------------------------
KEEP=5 FOLDER='' MIGRATION=''
declare -a SAVED=() INSTANCES=()

read_plan() { # SERVICE
  local kind service rest known=''
  while IFS=$'\t' read -r kind service rest; do
    [[ ${kind} != service ]] || known+=" ${service}"
    [[ ${service} == "$1" ]] || continue
    case ${kind} in
      service) IFS=$'\t' read -r FOLDER KEEP <<<"${rest}" ;;
      save) SAVED+=("${rest}") ;;
      migration) MIGRATION=${rest} ;;
      instance) INSTANCES+=("${rest}") ;;
      *) ;;
    esac
  done <"${PLAN}"
  [[ -n ${FOLDER} ]] || die 2 "'$1' is not deployed on this host; these are:${known:- none}"
}

services() {
  local kind service folder name
  while IFS=$'\t' read -r kind service folder _; do
    [[ ${kind} == service ]] || continue
    name=$(readlink "${folder}/current" || true)
    name=${name#releases/}
    say "${service}" "${name:-nothing is deployed yet}"
  done <"${PLAN}"
}

# Names of the releases that are kept, the newest first.
releases() {
  local -a names=("${FOLDER}"/releases/*)
  names=("${names[@]##*/}")
  ((${#names[@]} == 0)) || (cd "${FOLDER}/releases" && ls -1td -- "${names[@]}")
}

link_name() { # LINK -> REPLY
  REPLY=$(readlink "${FOLDER}/$1" || true)
  REPLY=${REPLY#releases/}
}

list() {
  local name mark current previous all
  link_name current
  current=${REPLY}
  link_name previous
  previous=${REPLY}
  all=$(releases)
  [[ -n ${all} ]] || say empty "no release of it was deployed yet"
  while IFS= read -r name; do
    mark=kept
    [[ ${name} != "${previous}" ]] || mark=previous
    [[ ${name} != "${current}" ]] || mark=current
    [[ -z ${name} ]] || say "${mark}" "${name}"
  done <<<"${all}"
}

point() { # LINK NAME
  ln -sfn "releases/$2" "${FOLDER}/.$1.new"
  mv -fT "${FOLDER}/.$1.new" "${FOLDER}/$1"
}

# ---- whether an instance is well ---------------------------------------------------------------------------------------
# Waits until the unit runs and answers. If it does not, all goes back; and on the way back the rest is still tried.
await() { # UNIT INSTANCE KIND A B
  local unit=$1 since=${SECONDS} state restarts
  while ((SECONDS < since + PATIENCE)); do
    state=$(systemctl is-active "${unit}" || true)
    restarts=$(systemctl show --property NRestarts --value "${unit}")
    [[ ${state} != failed && ${restarts} -lt 3 ]] || break
    WELL=''
    [[ ${state} != active ]] || ask "${@:2}"
    [[ -z ${WELL} ]] || return 0
    sleep 0.5
  done
  say failed "${unit} is ${state} after ${restarts} restarts, and did not answer within $((SECONDS - since)) s${HINT}"
  journalctl --unit "${unit}" --lines 15 --no-pager --output short-iso 2>/dev/null | sed 's/^/  | /' || true
  [[ ${STAGE} == returning ]] || exit 1
  BROKEN=1
}

# Sets WELL. An instance without a health check is well when it has run for some seconds.
ask() { # INSTANCE KIND A B
  local target=${3//%i/$1}
  local -a header=()
  case $2 in
    http)
      [[ $4 == - ]] || header=(--header "Host: $4")
      if curl --silent --fail --output /dev/null --max-time 5 "${header[@]}" "${target}"; then WELL=1; fi
      ;;
    tcp) if timeout 5 bash -c "exec 3<>/dev/tcp/${target}/$4" 2>/dev/null; then WELL=1; fi ;;
    command) if timeout 10 bash -c "${target}" >/dev/null 2>&1 </dev/null; then WELL=1; fi ;;
    *) sleep "${SETTLE}" && WELL=1 ;;
  esac
}

# ---- the ways from one release to the next -----------------------------------------------------------------------------
# A port that nothing listens on, above those that the kernel gives to outgoing connections.
free_port() {
  local taken
  for ((REPLY = 61000; REPLY < 61999; REPLY++)); do
    taken=$(ss -Hltn "sport = :${REPLY}")
    [[ -n ${taken} ]] || return 0
  done
  die 1 "no port is free to try the release at"
}

# Runs the release beside what serves. Only where that is known to be harmless: an instance of its own port, of a process
# of which several may run.
try_out() {
  local template name update kind a b unit port tried=''
  local record
  for record in "${INSTANCES[@]}"; do
    IFS=$'\t' read -r template name update kind a b <<<"${record}"
    [[ ${update} == rolling && ${kind} == http && ${a} == *:%i/* && ${template} != "${tried}" ]] || continue
    tried=${template}
    free_port
    port=${REPLY}
    unit=${template}@${port}.service
    TRIAL=${unit}
    say try "${unit}"
    systemctl start "${unit}" || true
    HINT=" (it is to listen at \$PORT; if it cannot, say \`update: stop-first\`)"
    await "${unit}" "${port}" "${kind}" "${a}" "${b}"
    HINT=''
    end_trial
  done
}

end_trial() {
  [[ -n ${TRIAL} ]] || return 0
  systemctl stop "${TRIAL}" || true
  systemctl reset-failed "${TRIAL}" 2>/dev/null || true
  TRIAL=''
}

# Restarts every instance, one after another; what must not run twice was stopped before.
restart_all() {
  local template name update kind a b record count=0
  for record in "${INSTANCES[@]}"; do
    IFS=$'\t' read -r template name update kind a b <<<"${record}"
    ((count == 0)) || sleep "${SETTLE}"
    count=$((count + 1))
    say restart "${template}@${name}.service"
    RESTARTED=1
    systemctl reset-failed "${template}@${name}.service" 2>/dev/null || true
    systemctl restart "${template}@${name}.service" || true
    await "${template}@${name}.service" "${name}" "${kind}" "${a}" "${b}"
  done
}

stop_first() {
  local template name update record
  for record in "${INSTANCES[@]}"; do
    IFS=$'\t' read -r template name update _ <<<"${record}"
    [[ ${update} == stop-first ]] || continue
    say stop "${template}@${name}.service"
    RESTARTED=1
    systemctl stop "${template}@${name}.service"
  done
}

switch() { # NAME
  link_name current
  FORMER=${REPLY}
  STAGE=switched
  point current "$1"
  try_out
  stop_first
  restart_all
  [[ -z ${FORMER} || ${FORMER} == "$1" ]] || point previous "${FORMER}"
  STAGE='done'
}

go_back() {
  STAGE=returning
  end_trial
  if [[ -z ${FORMER} ]]; then
    say back "there was no release before this one: ${FOLDER}/current still leads to it, so that you can look"
    return
  fi
  say back "to ${FORMER}"
  point current "${FORMER}"
  [[ -z ${RESTARTED} ]] || restart_all
  [[ -z ${BROKEN} ]] || say failed "${FORMER} does not run either"
}

migrate() { # NAME
  local record source to
  local -a only=()
  [[ -n ${MIGRATION} ]] || return 0
  for record in "${SAVED[@]}"; do
    IFS=$'\t' read -r source to <<<"${record}"
    say save "${source} to ${to}"
    only+=(--only "${source}")
  done
  if ((${#only[@]})); then
    "/usr/local/sbin/${SITE}-backup" --safety --to "${to}" "${only[@]}" >"${WORK}/log" 2>&1 || show_log "the backup before the migrations failed"
  fi
  point next "$1"
  say migrate "${MIGRATION}"
  systemctl start "${MIGRATION}" || {
    journalctl --unit "${MIGRATION}" --lines 25 --no-pager --output short-iso >"${WORK}/log" 2>/dev/null || true
    show_log "the migrations failed"
  }
  rm -f "${FOLDER}/next"
}

show_log() { # MESSAGE
  tail -n 25 "${WORK}/log" | sed 's/^/  | /' >&2
  die 1 "$1; nothing was switched"
}

# ---- the commands ------------------------------------------------------------------------------------------------------
deploy() { # ARCHIVE SHA256 NAME
  local archive=$1 digest name=$3 folder
  if [[ ${archive} == - ]]; then
    archive=${FOLDER}/releases/.archive
    STAGED+=("${archive}")
    cat >"${archive}"
  fi
  [[ -r ${archive} ]] || die 2 "${archive} cannot be read"
  digest=$(sha256sum <"${archive}")
  digest=${digest%% *}
  [[ -z $2 || $2 == "${digest}" ]] || die 1 "the archive's digest is ${digest}, and not $2"
  if [[ -z ${name} ]]; then
    printf -v name '%(%Y%m%dT%H%M%SZ)T-%s' -1 "${digest:0:8}"
  fi
  [[ ${name} =~ ^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$ ]] || die 2 "'${name}' is no name of a release: letters, digits, . _ + and -"
  folder=${FOLDER}/releases/${name}
  [[ ! -e ${folder} ]] || die 1 "there is a release ${name} already; --rollback ${name} takes it into use"
  STAGED+=("${FOLDER}/releases/.unpacked")
  mkdir "${FOLDER}/releases/.unpacked"
  say unpack "${name}"
  tar -xf "${archive}" --no-same-owner -C "${FOLDER}/releases/.unpacked" 2>"${WORK}/log" || show_log "the archive cannot be unpacked"
  if rmdir "${FOLDER}/releases/.unpacked" 2>/dev/null; then die 1 "the archive is empty"; fi
  chmod -R u=rwX,go=rX "${FOLDER}/releases/.unpacked"
  sync -f "${FOLDER}/releases"
  mv -T "${FOLDER}/releases/.unpacked" "${folder}"
  touch "${folder}"
  STAGED+=("${folder}")
  migrate "${name}"
  switch "${name}"
  STAGED=()
  forget_old
  say deployed "${name}"
}

roll_back() { # NAME
  local name=$1
  if [[ -z ${name} ]]; then
    link_name previous
    name=${REPLY}
    [[ -n ${name} ]] || die 1 "there is no release before the current one; --list names what is kept"
  fi
  [[ ${name} != */* && ${name} != .* && -d ${FOLDER}/releases/${name} ]] || die 1 "there is no release '${name}'; --list names what is kept"
  switch "${name}"
  say deployed "${name}"
}

forget_old() {
  local name current count=0 all
  link_name current
  current=${REPLY}
  link_name previous
  all=$(releases)
  while IFS= read -r name; do
    count=$((count + 1))
    ((count > KEEP)) || continue
    [[ ${name} == "${current}" || ${name} == "${REPLY}" ]] || rm -rf -- "${FOLDER}/releases/${name:?}"
  done <<<"${all}"
}

leave() {
  local status=$?
  trap - EXIT INT TERM HUP
  set +e
  [[ ${STAGE} != switched ]] || go_back
  end_trial
  # A release that came to nothing; what `current` leads to stays.
  link_name current
  local path
  for path in "${STAGED[@]}"; do [[ ${path} == "${FOLDER}/releases/${REPLY:-/}" ]] || rm -rf -- "${path}"; done
  [[ -z ${FOLDER} ]] || rm -f -- "${FOLDER}/next" "${FOLDER}/.current.new" "${FOLDER}/.previous.new" "${FOLDER}/.next.new"
  rm -rf "${WORK}"
  exit "${status}"
}

MODE=deploy SERVICE='' ARCHIVE='' DIGEST='' NAME='' STAGE='' FORMER='' TRIAL='' RESTARTED='' BROKEN='' HINT=''
declare -a STAGED=()
while (($#)); do
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --sha256 | --name)
      [[ -n ${2-} ]] || wrong_usage
      if [[ $1 == --name ]]; then NAME=$2; else DIGEST=${2,,}; fi
      shift
      ;;
    --rollback | --list) MODE=${1#--} ;;
    -?*) wrong_usage ;;
    *)
      if [[ -z ${SERVICE} ]]; then
        SERVICE=$1
      elif [[ -z ${ARCHIVE} ]]; then
        ARCHIVE=$1
      else
        wrong_usage
      fi
      ;;
  esac
  shift
done
[[ -r ${PLAN} ]] || die 2 "${PLAN} cannot be read"
if [[ ${MODE} == list && -z ${SERVICE} ]]; then
  services
  exit 0
fi
[[ -n ${SERVICE} ]] || wrong_usage
read_plan "${SERVICE}"
if [[ ${MODE} == list ]]; then
  list
  exit 0
fi
[[ ${MODE} == rollback || -n ${ARCHIVE} ]] || wrong_usage
((EUID == 0)) || die 2 "this must run as root"
exec 9>>"/run/lock/${SITE}-deploy"
flock -n 9 || die 75 "another deployment is at work on this host"
WORK=$(mktemp -d)
trap leave EXIT
trap 'exit 130' INT TERM HUP
rm -rf -- "${FOLDER}/releases/.archive" "${FOLDER}/releases/.unpacked" # of one that was killed
case ${MODE} in
  rollback) roll_back "${ARCHIVE:-${NAME}}" ;;
  *) deploy "${ARCHIVE}" "${DIGEST}" "${NAME}" ;;
esac
