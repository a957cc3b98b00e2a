# ---- start -----------------------------------------------------------------------------------------------------------
SITE=${BASH_SOURCE[0]##*/}
SITE=${SITE%-rotate-secret}
PROGRAM=${SITE}-rotate-secret
TABLE=/etc/${SITE}/rotate.tsv SECRETS_DIR=/etc/${SITE}/secrets STATE=/var/lib/sitewright/${SITE}
JOURNAL=${STATE}/rotation
MARK='{{' MARK+='secret:' # in one word it would be one
MODE=rotate REFILLED=0 NAME='' STDIN='' ANNOUNCE='' DRY='' YES='' NAMES=()
declare -A HOW=() EVERY=() OVERLAP=() ON=() ACCEPT=() USERS=() WORDS=()
while (($#)); do
  case $1 in
    --list | --due | --finish | --undo) MODE=${1#--} ;;
    --stdin) STDIN=1 ;;
    --announce) ANNOUNCE=1 ;;
    --dry-run) DRY=1 ;;
    --yes) YES=1 ;;
    --help)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *)
      [[ -z ${NAME} ]] || die 2 "one secret at a time"
      NAME=$1
      ;;
  esac
  shift
done
((EUID == 0)) || die 2 "this must run as root"
[[ -r ${TABLE} ]] || die 2 "${TABLE} cannot be read"
read_table
open_generation
case ${MODE} in
  list)
    list
    exit 0
    ;;
  due) due ;;
  *) ;;
esac
[[ -n ${NAME} ]] || {
  usage >&2
  exit 2
}
[[ -n ${HOW[${NAME}]-} ]] || die 2 "this host has no secret ${NAME}; it has: ${NAMES[*]}"
[[ ${HOW[${NAME}]} != elsewhere ]] || die 2 "${NAME} is not replaced by this program: ${WORDS[${NAME}]}"
[[ -z ${ANNOUNCE} || ${HOW[${NAME}]} != replace ]] || die 2 "${NAME} has one value at a time: there is nothing to announce"
mkdir -p "${JOURNAL}"
exec 8>>"${STATE}/rotation.lock"
flock -n 8 || die 2 "another ${PROGRAM} is at work"
for other in "${JOURNAL}"/*; do
  other=${other##*/}
  [[ ${other} == "${NAME}" || $(<"${JOURNAL}/${other}/step") == announced ]] \
    || die 2 "the replacement of ${other} was interrupted: first ${PROGRAM} ${other}, which goes on, or ${PROGRAM} ${other} --undo"
done
J=${JOURNAL}/${NAME}
exec 7>>"${STATE}/lock"
flock -n 7 || die 2 "an install.sh or a deployment is at work on this host"
exec 7>&-
rm -rf "${JOURNAL}"/.[a-z]* # drafts of a run that was killed
find_state "${NAME}"
find_unfinished
[[ -z ${UNFINISHED} || -d ${J} ]] || die 2 "an apply was interrupted: install.sh --apply finishes it"
WORK=$(mktemp -d "/run/${PROGRAM}.XXXXXX")
trap 'rm -rf "${WORK}"' EXIT
awk -F '\t' -v name="${NAME}" '$1 == "secret" && $2 == name { print $3 "\t" $4 }' "${GENERATION}/plan.tsv" >"${WORK}/secret"
IFS=$'\t' read -r COMES HINT <"${WORK}/secret" || die 2 "${NAME} is not in the plan of this host: apply once more"
[[ ${COMES} == generate || -t 0 ]] || STDIN=1
KEEPS='' ELSEWHERE='' # whether this host accepts the value before, and whether others do
[[ ,${ACCEPT[${NAME}]}, != *",${HOST},"* || ! -f ${SECRETS_DIR}/${NAME}.previous ]] || KEEPS=1
for other in ${ACCEPT[${NAME}]//,/ }; do [[ ${other} == - || ${other} == "${HOST}" ]] || ELSEWHERE=1; done
trap 'exit 130' INT TERM HUP
trap 'complain error "${PROGRAM} stopped at line ${LINENO}: ${PROGRAM} ${NAME} goes on, with --undo it goes back"' ERR
"${MODE}"
