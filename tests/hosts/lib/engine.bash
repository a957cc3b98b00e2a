# shellcheck shell=bash disable=SC2154 # what bed.bash sets
# The Docker engine of the bed, the network of its hosts, and the server of their apt repository.

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
  printf '{}\n' >"${BED}/daemon.json"
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

repository_serve() {
  mkdir -p "${BED}/repository"
  if runs "${RUN}/repository.pid" && [[ $(<"${RUN}/repository.root") == "${BED}/repository" ]]; then
    return
  fi
  setsid python3 -m http.server --bind "${GATEWAY}" --directory "${BED}/repository" "${REPOSITORY_PORT}" \
    </dev/null >"${BED}/log/repository.log" 2>&1 9>&- &
  printf '%s\n' $! >"${RUN}/repository.pid"
  printf '%s\n' "${BED}/repository" >"${RUN}/repository.root"
  disown
  local waited=0
  until curl -fsS -o /dev/null "http://${GATEWAY}:${REPOSITORY_PORT}/"; do
    sleep 0.2
    waited=$((waited + 1))
    ((waited < 50)) || fail "the repository's server did not come up; see ${BED}/log/repository.log"
  done 2>/dev/null
}
