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
