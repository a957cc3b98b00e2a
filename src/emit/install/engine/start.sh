# ---- start -----------------------------------------------------------------------------------------------------------
lock() {
  if [[ ${MODE} =~ ^(apply|rollback|refill|public-keys)$ ]]; then
    mkdir -p "${STATE}"
    exec 9>>"${STATE}/lock"
    flock -n 9 || die 2 "another install.sh or a deployment is at work on this host"
    rm -rf "/run/sitewright-${SITE}".*
  elif [[ -r ${STATE}/lock ]]; then
    exec 9<"${STATE}/lock"
    flock -n -s 9 || die 2 "an install.sh is at work on this host"
  fi
}

MODE=dry-run NUMBER='' JSON='' ONLY='' FORCE='' YES='' STAGE='' APART='' GENERATION='' RETURNED=1 DRIFT=0 GUARD=/usr/sbin/policy-rc.d
HIDDEN=() HIDDEN_NAME=() ASK=() GENERATE=() UNFINISHED=() MISSING=() WANTING=()
while (($#)); do
  case $1 in
    --dry-run | --check | --apply | --refill | --list | --public-keys) MODE=${1#--} ;;
    --make)
      MODE=make NUMBER=${2-}
      APART=${3-}
      shift 2
      ;;
    --rollback)
      MODE=rollback
      if [[ ${2-} =~ ^[0-9]+$ ]]; then NUMBER=$2 && shift; fi
      ;;
    --json) JSON=1 ;;
    --only) ONLY=${2-} && shift ;;
    --force) FORCE=1 ;;
    --yes) YES=1 ;;
    --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done
CONFIRM='' # whether somebody is there to be asked
[[ ${MODE} == check || ${MODE} == dry-run || -n ${YES}${JSON} || ! -t 0 ]] || CONFIRM=1
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
[[ -r ${HERE}/plan.tsv ]] || die 2 "${HERE}/plan.tsv is missing"
SITE=$(sed -n 's/^site\t//p' "${HERE}/plan.tsv")
[[ ${SITE} =~ ^[a-z][a-z0-9-]*$ ]] || die 2 "${HERE}/plan.tsv names no site"
STATE=/var/lib/sitewright/${SITE} SECRETS_DIR=/etc/${SITE}/secrets PLAN=${HERE}/plan.tsv TEMPLATES=${HERE}/rootfs
((EUID == 0)) || die 2 "this must run as root"
lock
WORK=$(mktemp -d "/run/sitewright-${SITE}.XXXXXX")
chmod 0711 "${WORK}" # the view below must let a tool through that runs as another user
trap leave EXIT
trap 'exit 130' INT TERM HUP
trap 'complain error "install.sh stopped at line ${LINENO}"' ERR
read_plan "${PLAN}"
case ${MODE} in
  apply) apply ;;
  rollback) return_to "${NUMBER}" ;;
  refill) refill ;;
  make) make_apart "${NUMBER}" "${APART}" ;;
  list) list_generations ;;
  public-keys) public_keys ;;
  check) check_drift ;;
  *) dry_run ;;
esac
