# shellcheck shell=bash disable=SC2153,SC2154 # SITE-deploy sources this, and has what it does not set
# How a service of containers gets another image of its repository, one container after the other.
#
# The compose file asks for the image of VARIABLE, or else for the bundle's. Compose reads VARIABLE from the file .env
# beside it, so that whoever calls compose (cron, install.sh, a person) gets what was deployed. The variable's name has a
# digest of the bundle's image in it: a bundle with another image asks for another variable, and so brings its own in.
readonly CHOSEN=/etc/${SITE}/compose/.env
# The images that served, the newest last; and a mark while one takes the place of another.
HISTORY=/var/lib/sitewright/${SITE}/images/${SERVICE}
SWITCHING=${HISTORY}.switching
# Seconds that requests get before a container is stopped.
readonly DRAIN=8
readonly TABLE=${SITE//-/_}_deploy
declare -a TOUCHED=() TURNED_AWAY=()

compose() { docker compose --file "/etc/${SITE}/compose/compose.yaml" "$@"; }

current() { # -> REPLY
  local line
  REPLY=${BUNDLED}
  [[ -r ${CHOSEN} ]] || return 0
  while IFS= read -r line; do [[ ${line} != "${VARIABLE}="* ]] || REPLY=${line#*=}; done <"${CHOSEN}"
}

# The one that served before the current one.
previous() { # -> REPLY
  local image before=''
  current
  if [[ -r ${HISTORY} ]]; then
    while IFS= read -r image; do [[ ${image} == "${REPLY}" ]] || before=${image}; done <"${HISTORY}"
  fi
  REPLY=${before}
}

list() {
  local mark image current before all=''
  previous
  before=${REPLY}
  current
  current=${REPLY}
  [[ ! -e ${SWITCHING} ]] || say unfinished "a deployment was interrupted: deploy once more, or --rollback ${current}"
  [[ ! -r ${HISTORY} ]] || all=$(tac "${HISTORY}")
  [[ $'\n'${all}$'\n' == *$'\n'"${current}"$'\n'* ]] || all=${current}$'\n'${all}
  while IFS= read -r image; do
    mark=kept
    [[ ${image} != "${before}" ]] || mark=previous
    [[ ${image} != "${current}" ]] || mark=current
    [[ -z ${image} ]] || say "${mark}" "${image}"
  done <<<"${all}"
}

# ---- keeping requests away from an instance ----------------------------------------------------------------------------
# While a container is replaced, Docker takes connections for it that it cannot pass on, and what was sent over them may
# not be repeated. So the kernel refuses new ones, and nginx gives the request, whatever its method, to another instance:
# at the port of the host, and in the container's own network, where an nginx in a container enters. Connections that nginx
# keeps it closes itself, after two seconds of use or four of none; for what is still at work then, such as a WebSocket,
# there is the stop_grace_period. The kernel forgets it all, should this be killed.
turn_away() { # NAME PORT PORT-INSIDE
  local since=${SECONDS} open=1 pid=0
  if [[ $2 != - ]]; then refuse "$2"; fi
  if [[ $3 != - ]]; then
    containers_of "$1"
    [[ -z ${REPLY} ]] || pid=$(docker inspect --format '{{.State.Pid}}' "${REPLY%%$'\n'*}")
    ((pid == 0)) || refuse "$3" nsenter --target "${pid}" --net
  fi
  while [[ -n ${open} ]] && ((SECONDS < since + DRAIN)); do
    sleep 0.2
    open=''
    [[ $2 == - ]] || open=$(ss -Htn state established "dport = :$2")
    ((pid == 0)) || open+=$(nsenter --target "${pid}" --net ss -Htn state established "sport = :$3" 2>/dev/null || true)
  done
}

# A container that ends meanwhile takes in nobody either.
refuse() { # PORT [COMMAND... that enters a network]
  TURNED_AWAY+=("${*:2}")
  "${@:2}" nft --file - <<NFT || (($# > 1))
table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  set ports {
    type inet_service
    flags timeout
    elements = { $1 timeout $((PATIENCE + 180))s }
  }
  chain arriving {
    type filter hook prerouting priority mangle
    fib daddr type local tcp dport @ports tcp flags & (fin | syn | rst | ack) == syn reject with tcp reset
  }
}
NFT
}

let_in() {
  local entering
  local -a enter
  for entering in "${TURNED_AWAY[@]}"; do
    read -r -a enter <<<"${entering}"
    "${enter[@]}" nft delete table inet "${TABLE}" 2>/dev/null || true # the network of a container goes with it
  done
  TURNED_AWAY=()
}

# ---- one container -----------------------------------------------------------------------------------------------------
# More than one, the newest first, where compose was killed while it replaced one by another.
containers_of() { # NAME -> REPLY
  REPLY=$(docker ps --all --quiet --filter "label=com.docker.compose.project=${SITE}" \
    --filter "label=com.docker.compose.service=$1" --filter label=com.docker.compose.oneoff=False)
}

# Waits until the container is healthy; one without a health check has to run for some seconds.
await() { # CONTAINER NAME
  local since=${SECONDS} state='' restarts=0 health=''
  while ((SECONDS < since + PATIENCE)); do
    state=$(docker inspect --format '{{.State.Status}} {{.RestartCount}} {{with .State.Health}}{{.Status}}{{else}}-{{end}}' "$1")
    read -r state restarts health <<<"${state}"
    case ${state}/${health} in
      running/healthy) return 0 ;;
      running/-) ((SECONDS < since + SETTLE || restarts > 0)) || return 0 ;;
      exited/* | dead/* | */unhealthy) break ;;
      *) ;;
    esac
    ((restarts < 3)) || break
    sleep 0.5
  done
  say failed "$2 is ${state}, ${health/#-/without a health check}, after $((SECONDS - since)) s and ${restarts} restarts"
  docker logs --tail 15 "$1" 2>&1 | sed 's/^/  | /' || true
  [[ ${STAGE} == returning ]] || exit 1
  BROKEN=1
}

# Where Compose has made the container and waits for what it depends on, which is ill or will not get well, it starts all the
# same: those that serve now are no better off.
start_made() { # NAME
  local state
  containers_of "$1"
  state=$(docker inspect --format '{{.State.Status}}' "${REPLY%%$'\n'*}" 2>/dev/null || true)
  [[ ${state} == created ]] && docker start "${REPLY%%$'\n'*}" >>"${WORK}/log" 2>&1
}

# What it depends on is up already, and is named nevertheless: Compose writes down what it has made a container of, and
# without its dependencies that would be another one, which the next `up` makes anew, with all others at once.
replace() { # NAME PORT PORT-INSIDE
  say replace "$1"
  turn_away "$@"
  if ! timeout "${PATIENCE}" docker compose --file "/etc/${SITE}/compose/compose.yaml" up --detach --quiet-pull "$1" \
    >"${WORK}/log" 2>&1 && ! start_made "$1"; then
    sed 's/^/  | /' "${WORK}/log"
    [[ ${STAGE} == returning ]] || exit 1
    BROKEN=1
  fi
  containers_of "$1"
  [[ -z ${REPLY} ]] || await "${REPLY%%$'\n'*}" "$1"
  let_in
}

# Each in its turn; those of which no two may run at once were stopped before.
replace_all() {
  local record name update port inside turn='' i
  local -a order=()
  for i in "${!INSTANCES[@]}"; do
    # On the way back the one that failed comes first, for the others serve.
    if [[ ${STAGE} == returning ]]; then order=("${i}" "${order[@]}"); else order+=("${i}"); fi
  done
  for i in "${order[@]}"; do
    record=${INSTANCES[i]}
    IFS=$'\t' read -r name update port inside _ <<<"${record}"
    [[ " ${TOUCHED[*]} " == *" ${name} "* || ${STAGE} == switched ]] || continue
    [[ -z ${turn} ]] || sleep "${SETTLE}"
    turn=1
    TOUCHED+=("${name}")
    replace "${name}" "${port}" "${inside}"
  done
}

stop_first() {
  local record name update
  for record in "${INSTANCES[@]}"; do
    IFS=$'\t' read -r name update _ <<<"${record}"
    [[ ${update} == stop-first ]] || continue
    say stop "${name}"
    TOUCHED+=("${name}")
    compose stop "${name}" >"${WORK}/log" 2>&1 || true # it is made anew in any case
  done
}

# Runs one of each process beside what serves, where nothing but its health check can reach it.
try_out() {
  local record name trial
  for record in "${INSTANCES[@]}"; do
    IFS=$'\t' read -r name _ _ _ trial <<<"${record}"
    [[ ${trial} == try ]] || continue
    TRIAL=${SITE}-${name}-trial
    docker rm --force --volumes "${TRIAL}" >/dev/null 2>&1 || true
    say try "${name}"
    compose run --detach --no-deps --name "${TRIAL}" "${name}" >"${WORK}/log" 2>&1 || show_log "the image cannot be started"
    await "${TRIAL}" "${name}"
    end_trial
  done
}

end_trial() {
  [[ -z ${TRIAL} ]] || docker rm --force --volumes "${TRIAL}" >/dev/null 2>&1 || true
  TRIAL=''
}

# ---- the ways from one image to the next -------------------------------------------------------------------------------
switch() { # IMAGE
  current
  FORMER=${REPLY}
  export "${VARIABLE}=$1"
  try_out
  mkdir -p "${HISTORY%/*}"
  [[ ! -e ${SWITCHING} ]] || all_touched # of one that was killed, and left some of each
  STAGE=switched
  touch "${SWITCHING}"
  stop_first
  replace_all
  choose "$1"
  STAGE='done'
  rm -f "${SWITCHING}"
}

all_touched() {
  local record
  for record in "${INSTANCES[@]}"; do TOUCHED+=("${record%%$'\t'*}"); done
}

# From now on it is this one, whoever calls compose.
choose() { # IMAGE
  local lines=''
  [[ ! -r ${HISTORY} ]] || lines=$(grep -vxF -e "${FORMER}" -e "$1" "${HISTORY}" || true)
  printf '%s\n' "${lines}" "${FORMER}" "$1" | awk 'NF && !seen[$0]++' >"${HISTORY}.new"
  {
    [[ ! -r ${CHOSEN} ]] || grep -v "^${VARIABLE}=" "${CHOSEN}" || true
    [[ $1 == "${BUNDLED}" ]] || printf '%s=%s\n' "${VARIABLE}" "$1"
  } >"${CHOSEN}.new"
  sync "${CHOSEN}.new" "${HISTORY}.new"
  mv -f "${HISTORY}.new" "${HISTORY}"
  mv -f "${CHOSEN}.new" "${CHOSEN}"
}

go_back() {
  STAGE=returning
  end_trial
  say back "to ${FORMER}"
  export "${VARIABLE}=${FORMER}"
  ((${#TOUCHED[@]} == 0)) || stop_first
  replace_all
  if [[ -z ${BROKEN} ]]; then rm -f "${SWITCHING}"; else say failed "${FORMER} does not run either"; fi
}

run_migrations() { # IMAGE
  export "${VARIABLE}=$1"
  compose --profile migrate run --rm --no-TTY --quiet-pull "${MIGRATION}" >"${WORK}/log" 2>&1 || show_log "the migrations failed"
}

# ---- the commands ------------------------------------------------------------------------------------------------------
# A tag may be moved; what serves is the image that it names now, by its digest.
deploy() { # TAG-OR-REFERENCE
  local image=$1 digest
  [[ ${image} == "${REPOSITORY}"[:@]* ]] || image=${REPOSITORY}:$1
  [[ ${image#"${REPOSITORY}"} =~ ^(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$ ]] \
    || die 2 "'$1' is neither a tag nor an image of ${REPOSITORY}"
  say pull "${image}"
  docker pull --quiet "${image}" >"${WORK}/log" 2>&1 || show_log "${image} cannot be pulled"
  if [[ ${image} != *@* ]]; then
    digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "${image}")
    digest=$(grep -o 'sha256:[0-9a-f]*$' <<<"${digest}" | head -n 1) || true
    image+=${digest:+@${digest}}
  fi
  migrate "${image}"
  switch "${image}"
  forget_old
  say deployed "${image}"
}

roll_back() { # IMAGE
  local image=$1 kept wanted=''
  if [[ -z ${image} ]]; then
    previous
    image=${REPLY}
    [[ -n ${image} ]] || die 1 "there is no image before the current one; --list names what is kept"
  fi
  kept=$(list)
  while read -r _ kept; do
    [[ ${kept} != "${image}" && ${kept}@ != "${REPOSITORY}:${image}@"* ]] || wanted=${wanted:-${kept}}
  done <<<"${kept}"
  [[ -n ${wanted} ]] || die 1 "'${image}' is none of those that are kept; --list names them"
  switch "${wanted}"
  say deployed "${wanted}"
}

# The bundle's own image stays, for it is what a host without .env runs.
forget_old() {
  local image old
  old=$(head -n "-${KEEP}" "${HISTORY}")
  while IFS= read -r image; do
    [[ -n ${image} && ${image%@*} != "${BUNDLED%@*}" ]] || continue
    docker image rm "${image%@*}" "${REPOSITORY}@${image##*@}" >/dev/null 2>&1 || true
  done <<<"${old}"
  tail -n "${KEEP}" "${HISTORY}" >"${HISTORY}.new"
  mv -f "${HISTORY}.new" "${HISTORY}"
}

# What install.sh brought in: those of each service that compose would make anew, unless they are to be stopped at once.
renew() {
  local kind name update port inside change turn=''
  while IFS=$'\t' read -r kind _ name update port inside _; do
    [[ ${kind} == container && ${update} == rolling ]] || continue
    containers_of "${name}"
    [[ -n ${REPLY} ]] || continue
    if [[ ${REPLY} != *$'\n'* ]]; then
      change=$(compose --dry-run up --detach "${name}" 2>&1 </dev/null) || change=unknown
      [[ ${change} != *"${SITE}-${name}-"[0-9]*\ Running* ]] || continue
    fi
    [[ -z ${turn} ]] || sleep "${SETTLE}"
    turn=1
    replace "${name}" "${port}" "${inside}"
  done <"${PLAN}"
}

clean_up() {
  end_trial
  let_in
  rm -f "${CHOSEN}.new" "${HISTORY}.new"
}
