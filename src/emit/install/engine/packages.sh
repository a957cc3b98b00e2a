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
