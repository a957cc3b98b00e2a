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
