# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # SITE-deploy sources this, and has what it does not set
# How a service of units or files gets a built release, an archive.
#
# Its folder holds releases/NAME, and links: `current` to the one that serves, `previous` to the one before, `next` to one
# whose migrations run. They belong to root, so that no process can change its own code.
RESTARTED=''
declare -a STAGED=()

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

current() { # -> REPLY
  link_name current
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

run_migrations() { # NAME
  point next "$1"
  systemctl start "${MIGRATION}" || {
    journalctl --unit "${MIGRATION}" --lines 25 --no-pager --output short-iso >"${WORK}/log" 2>/dev/null || true
    show_log "the migrations failed"
  }
  rm -f "${FOLDER}/next"
}

# ---- the commands ------------------------------------------------------------------------------------------------------
deploy() { # ARCHIVE SHA256 NAME
  local archive=$1 digest name=$3 folder
  rm -rf -- "${FOLDER}/releases/.archive" "${FOLDER}/releases/.unpacked" # of one that was killed
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

clean_up() {
  local path
  end_trial
  # A release that came to nothing; what `current` leads to stays.
  link_name current
  for path in "${STAGED[@]}"; do [[ ${path} == "${FOLDER}/releases/${REPLY:-/}" ]] || rm -rf -- "${path}"; done
  rm -f -- "${FOLDER}/next" "${FOLDER}/.current.new" "${FOLDER}/.previous.new" "${FOLDER}/.next.new"
}
