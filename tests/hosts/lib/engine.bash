# shellcheck shell=bash disable=SC2154 # what bed.bash sets
# The Docker engine of the bed, the network of its hosts, and the servers of their packages and images.

engine_start() {
  local root
  if runs "${RUN}/docker.pid" && d version >/dev/null 2>&1; then
    root=$(d info --format '{{.DockerRootDir}}')
    [[ ${root} == "${BED}/docker" ]] || fail "a bed of ${root%/docker} is running: stop it with tests/hosts/stop"
    return
  fi
  mkdir -p "${RUN}" "${BED}/docker"
  rm -f "${RUN}/docker.pid"
  # Whatever this machine configures for an engine of its own has no say.
  printf '{"insecure-registries": ["%s"]}\n' "${REGISTRY}" >"${BED}/daemon.json"
  # The lock of `prepare` must not live on in a daemon.
  setsid dockerd \
    --host "unix://${SOCKET}" --data-root "${BED}/docker" --exec-root "${RUN}/exec" --pidfile "${RUN}/docker.pid" \
    --storage-driver overlay2 --bridge none --config-file "${BED}/daemon.json" \
    </dev/null >"${BED}/log/dockerd.log" 2>&1 9>&- &
  disown
  local waited=0
  until d version >/dev/null 2>&1; do
    sleep 0.2
    waited=$((waited + 1))
    ((waited < 150)) || {
      tail -n 20 "${BED}/log/dockerd.log" >&2
      fail "dockerd did not come up in 30 s; see ${BED}/log/dockerd.log"
    }
  done
}

# Internal: a host reaches its neighbours and the bed's repository, and nothing else in the world.
network_create() {
  d network inspect "${NETWORK}" >/dev/null 2>&1 && return
  d network create --internal --subnet "${SUBNET}" --gateway "${GATEWAY}" --ip-range "${DYNAMIC}" \
    --opt com.docker.network.bridge.name=swbed0 "${NETWORK}" >/dev/null
}

# serve NAME URL COMMAND…: starts a server of the bed unless it runs, and waits until it answers.
serve() {
  local name=$1 url=$2 waited=0
  shift 2
  if runs "${RUN}/${name}.pid" && [[ $(<"${RUN}/${name}.root") == "${BED}" ]]; then
    return
  fi
  setsid "$@" </dev/null >"${BED}/log/${name}.log" 2>&1 9>&- &
  printf '%s\n' $! >"${RUN}/${name}.pid"
  printf '%s\n' "${BED}" >"${RUN}/${name}.root"
  disown
  until curl -fsS -o /dev/null "${url}"; do
    sleep 0.2
    waited=$((waited + 1))
    ((waited < 50)) || fail "the bed's ${name} did not come up; see ${BED}/log/${name}.log"
  done 2>/dev/null
}

repository_serve() {
  mkdir -p "${BED}/repository"
  serve repository "http://${GATEWAY}:${REPOSITORY_PORT}/" \
    python3 -m http.server --bind "${GATEWAY}" --directory "${BED}/repository" "${REPOSITORY_PORT}"
}

# Unpacked, not installed: the package would start a registry of its own where this machine has systemd.
registry_fetch() {
  rm -rf "${BED}/registry-server" "${BED}"/docker-registry_*.deb
  mkdir -p "${BED}/registry-server"
  cd "${BED}" || return
  apt-get -q -o APT::Sandbox::User=root download docker-registry
  dpkg-deb -x docker-registry_*.deb "${BED}/registry-server"
  rm -f docker-registry_*.deb
}

# What asks a registry for digests, with its libraries; the bed's registry stands for Docker Hub, as it does on the hosts.
skopeo_fetch() {
  local home=${BED}/skopeo
  rm -rf "${home}" && mkdir -p "${home}"/{bin,debs,.config/containers}
  cd "${home}/debs" || return
  apt-get -q -o APT::Sandbox::User=root download skopeo libgpgme11 libassuan0 libdevmapper1.02.1
  local package
  for package in *.deb; do dpkg-deb -x "${package}" "${home}"; done
  cat >"${home}/.config/containers/registries.conf" <<CONFIG
[[registry]]
prefix = "docker.io"
location = "${REGISTRY}"
insecure = true
CONFIG
  cat >"${home}/bin/skopeo" <<PROGRAM
#!/bin/sh
export HOME='${home}' LD_LIBRARY_PATH='${home}/usr/lib/x86_64-linux-gnu:${home}/lib/x86_64-linux-gnu'
exec '${home}/usr/bin/skopeo' "\$@"
PROGRAM
  chmod 0755 "${home}/bin/skopeo"
}

registry_serve() {
  cat >"${BED}/registry.yaml" <<CONFIG
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: ${BED}/registry}}
http: {addr: ${REGISTRY}}
CONFIG
  serve registry "http://${REGISTRY}/v2/" "${BED}/registry-server/usr/bin/docker-registry" serve "${BED}/registry.yaml"
}
