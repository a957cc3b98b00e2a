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
