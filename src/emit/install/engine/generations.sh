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
