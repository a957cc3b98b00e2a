#!/usr/bin/env bash
# shellcheck disable=SC2034 # what only the half uses that is sourced below
#
# Puts a release in place, and takes it back when it does not work. The same bytes on every host: what is deployed here,
# and how it is seen that it is well, stands in /etc/SITE/deploy.tsv; SITE is the first part of this program's name.
#
# A release is an archive, for units and files, or an image, for containers. How each gets in place stands in
# /usr/local/lib/SITE/deploy-releases.sh and deploy-images.sh; what both have in common is here.
set -Eeuo pipefail
shopt -s inherit_errexit nullglob
umask 022
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

SITE=${BASH_SOURCE[0]##*/}
SITE=${SITE%-deploy}
PLAN=/etc/${SITE}/deploy.tsv
# Seconds that a release may take until it answers.
readonly PATIENCE=${PATIENCE:-120}
# nginx leaves an instance out for two seconds after it refused; before they are over the next one must not go.
readonly SETTLE=3

usage() {
  cat <<HELP
usage: ${SITE}-deploy SERVICE ARCHIVE [--sha256 DIGEST] [--name NAME]
       ${SITE}-deploy SERVICE TAG
       ${SITE}-deploy SERVICE --rollback [NAME]
       ${SITE}-deploy SERVICE --list
       ${SITE}-deploy --list

  ARCHIVE         for units and files: what tar reads, packed or not; - is the standard input
  --sha256        refuse an archive of another digest
  --name NAME     name of the release (default: the time and the digest's beginning)
  TAG             for containers: a tag of the service's image, or a whole reference of the same repository
  --rollback      back to the release before, or to NAME; migrations are not undone
  --list          the releases that are kept, or the services of this host
  --renew         make containers anew that differ from the compose file, in turns, as install.sh does

A release serves once it answers; if it does not, the one before is back.
exit: 0 done, 1 failed and nothing has changed, 2 wrong usage, 75 another deployment or installation is at work
HELP
}

say() { printf '%-10s %s\n' "$1" "${*:2}"; }
die() {
  printf '%-10s %s\n' error "${*:2}" >&2
  exit "$1"
}
wrong_usage() {
  usage >&2
  exit 2
}
show_log() { # MESSAGE
  tail -n 25 "${WORK}/log" | sed 's/^/  | /' >&2
  die 1 "$1; nothing was switched"
}

# ---- what is deployed here ---------------------------------------------------------------------------------------------
WAY='' KEEP=5 FOLDER='' REPOSITORY='' VARIABLE='' BUNDLED='' MIGRATION=''
declare -a SAVED=() INSTANCES=()

read_plan() { # SERVICE
  local kind service rest known=''
  while IFS=$'\t' read -r kind service rest; do
    [[ ${kind} != service && ${kind} != image ]] || known+=" ${service}"
    [[ ${service} == "$1" ]] || continue
    case ${kind} in
      service) WAY=releases && IFS=$'\t' read -r FOLDER KEEP <<<"${rest}" ;;
      image) WAY=images && IFS=$'\t' read -r REPOSITORY VARIABLE BUNDLED KEEP <<<"${rest}" ;;
      save) SAVED+=("${rest}") ;;
      migration) MIGRATION=${rest} ;;
      instance | container) INSTANCES+=("${rest}") ;;
      *) ;;
    esac
  done <"${PLAN}"
  [[ -n ${WAY} ]] || die 2 "'$1' is not deployed on this host; these are:${known:- none}"
  # shellcheck source=/dev/null
  source "/usr/local/lib/${SITE}/deploy-${WAY}.sh"
}

services() {
  local kind service
  while IFS=$'\t' read -r kind service _; do
    [[ ${kind} == service || ${kind} == image ]] || continue
    (
      read_plan "${service}"
      current
      say "${service}" "${REPLY:-nothing is deployed yet}"
    )
  done <"${PLAN}"
}

# ---- what every way in does first --------------------------------------------------------------------------------------
migrate() { # NAME
  local record source to
  local -a only=()
  [[ -n ${MIGRATION} ]] || return 0
  for record in "${SAVED[@]}"; do
    IFS=$'\t' read -r source to <<<"${record}"
    say save "${source} to ${to}"
    only+=(--only "${source}")
  done
  if ((${#only[@]})); then
    "/usr/local/sbin/${SITE}-backup" --safety --to "${to}" "${only[@]}" >"${WORK}/log" 2>&1 || show_log "the backup before the migrations failed"
  fi
  say migrate "${MIGRATION}"
  run_migrations "$1"
}

leave() {
  local status=$?
  trap - EXIT INT TERM HUP
  set +e
  [[ ${STAGE} != switched ]] || go_back
  clean_up
  rm -rf "${WORK}"
  exit "${status}"
}

# ---- start -------------------------------------------------------------------------------------------------------------
MODE=deploy SERVICE='' RELEASE='' DIGEST='' NAME='' STAGE='' FORMER='' TRIAL='' BROKEN='' HINT=''
while (($#)); do
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --sha256 | --name)
      [[ -n ${2-} ]] || wrong_usage
      if [[ $1 == --name ]]; then NAME=$2; else DIGEST=${2,,}; fi
      shift
      ;;
    --rollback | --list | --renew) MODE=${1#--} ;;
    -?*) wrong_usage ;;
    *)
      if [[ -z ${SERVICE} ]]; then
        SERVICE=$1
      elif [[ -z ${RELEASE} ]]; then
        RELEASE=$1
      else
        wrong_usage
      fi
      ;;
  esac
  shift
done
[[ -r ${PLAN} ]] || die 2 "${PLAN} cannot be read"
if [[ ${MODE} == list && -z ${SERVICE} ]]; then
  services
  exit 0
fi
if [[ ${MODE} == renew ]]; then
  [[ -z ${SERVICE} ]] || wrong_usage
  # shellcheck source=/dev/null
  source "/usr/local/lib/${SITE}/deploy-images.sh"
else
  [[ -n ${SERVICE} ]] || wrong_usage
  read_plan "${SERVICE}"
fi
if [[ ${MODE} == list ]]; then
  list
  exit 0
fi
[[ ${MODE} != deploy || -n ${RELEASE} ]] || wrong_usage
[[ ${WAY} != images || -z ${DIGEST}${NAME} ]] || die 2 "--sha256 and --name are for archives; an image is TAG@sha256:DIGEST"
((EUID == 0)) || die 2 "this must run as root"
exec 9>>"/run/lock/${SITE}-deploy"
flock -n 9 || die 75 "another deployment is at work on this host"
if [[ ${MODE} != renew && -d /var/lib/sitewright/${SITE} ]]; then # install.sh holds it when it asks to renew
  exec 8>>"/var/lib/sitewright/${SITE}/lock"
  flock -n 8 || die 75 "an install.sh is at work on this host"
fi
WORK=$(mktemp -d)
trap leave EXIT
trap 'exit 130' INT TERM HUP
case ${MODE} in
  rollback) roll_back "${RELEASE:-${NAME}}" ;;
  renew) renew ;;
  *) deploy "${RELEASE}" "${DIGEST}" "${NAME}" ;;
esac
