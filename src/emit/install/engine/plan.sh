# ---- the plan --------------------------------------------------------------------------------------------------------
declare -A FIELDS=([sitewright]=2 [site]=2 [environment]=2 [host]=2 [os]=2 [architecture]=2 [port]=4 [secret]=4 [package]=2 [program]=8 [file]=9
  [require]=3 [unit]=3 [action]=5 [leave]=3 [health]=3)
declare -a PROBLEMS=()

forget_plan() {
  ARCHITECTURE='' PORTS=() FILES=() PACKAGES=() PROGRAMS=() SECRETS=() STEPS=() HEALTH=()
  declare -gA F_OWNER=() F_MODE=() F_SHA=() F_PHASE=() F_FILL=() F_SET=() F_ACTIONS=() WANT=() KIND=() SPEC=()
  declare -gA UNIT=() CHECK=() RUN=() LEAVE=() REQUIRE=()
  : >"${WORK}/steps"
}

read_plan() { # FILE
  local -a f
  forget_plan
  while IFS=$'\t' read -r -a f; do
    [[ -n ${f[0]-} && ${f[0]} != '#'* ]] || continue
    ((${#f[@]} >= ${FIELDS[${f[0]}]-99})) || die 2 "plan.tsv: this engine does not understand '${f[*]:0:3}'"
    case ${f[0]} in
      sitewright) [[ ${f[1]} == 1 ]] || die 2 "plan.tsv is format ${f[1]}, this engine reads format 1" ;;
      site) SITE=${f[1]} ;;
      environment) ENVIRONMENT=${f[1]} ;;
      host) HOST=${f[1]} ;;
      os) OS=${f[1]} ;;
      architecture) ARCHITECTURE=${f[1]} ;;
      port) PORTS+=("${f[1]} ${f[2]} ${f[3]}") ;;
      secret) SECRETS+=("${f[1]}") KIND[${f[1]}]=${f[2]} SPEC[${f[1]}]=${f[3]} ;;
      package) PACKAGES+=("${f[1]}") ;;
      program) PROGRAMS+=("$(printf '%s\t' "${f[@]:1}")") ;;
      file) add_file "${f[@]:1}" ;;
      require) REQUIRE[${f[1]}]=${f[2]} ;;
      unit) UNIT[${f[1]}]=1 STEPS+=("${f[2]} unit ${f[1]}") ;;
      action) STEPS+=("${f[2]} action ${f[1]}") CHECK[${f[1]}]=${f[3]} RUN[${f[1]}]=${f[4]} ;;
      leave) LEAVE[${f[1]}]=${f[2]} ;;
      health) HEALTH=("${f[1]}" "${f[2]}") ;;
      *) ;; # FIELDS has refused it
    esac
  done <"$1"
  printf '%s\n' "${STEPS[@]}" | sort -k1,1n -k2,2 -k3,3 >"${WORK}/steps" # where orders are equal, actions before units
}

add_file() { # PATH OWNER MODE SHA PHASE FILL SET ACTIONS
  [[ $1 =~ ^(/[A-Za-z0-9@%+=:,._~-]+)+$ && $1/ != */../* && $2 =~ ^[a-z0-9_-]+:[a-z0-9_-]+$ && $3 =~ ^[0-7]+$ ]] \
    || die 2 "plan.tsv: not a file record: $*"
  FILES+=("$1")
  F_OWNER[$1]=$2 F_MODE[$1]=${3##0} F_SHA[$1]=$4 F_PHASE[$1]=$5 F_FILL[$1]=$6 F_SET[$1]=$7 F_ACTIONS[$1]=$8
}
