#!/usr/bin/env bash
# The copies of a replicated PostgreSQL: SITE-standby and SITE-promote run this. The same bytes on every host: read it once.
# Who the members are stands in /etc/SITE/postgres/SERVICE/members.tsv; what a member is at the moment, it says itself, over
# the replication protocol: that way in is open between members, and only there.
#
# Nothing here overwrites data. A first copy is made only where nothing was ever stored; what a new copy replaces is kept
# beside it, and it is for people to remove it. And nothing guesses whether a primary is down: one that answers has to be
# stopped first, and of one that does not answer, somebody who knows has to say it. Two primaries are two histories, and one
# of them is lost.
set +x -Eeuo pipefail
shopt -s inherit_errexit
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# As it is called from a bundle that is not installed yet, too.
SITE=$(readlink -f "${BASH_SOURCE[0]}")
SITE=${SITE%/*}
ROOT=${SITE%/usr/local/lib/*}
SITE=${SITE##*/}
cd /

die() { # MESSAGE
  printf '%s-%s: %s\n' "${SITE}" "${PROGRAM}" "$1" >&2
  exit 1
}

# ---- who the members are, and what each is at the moment -------------------------------------------------------------
# Sets what the other functions go by.
read_members() { # SERVICE
  local key a b folder=${ROOT}/etc/${SITE}/postgres/$1
  [[ $1 =~ ^[a-z][a-z0-9-]*$ && -r ${folder}/members.tsv ]] || die "no PostgreSQL $1 with standbys is on this host"
  SERVICE=$1 PASSFILE=${folder}/passfile MEMBERS=()
  declare -gA SLOT=() ENDPOINT=()
  while IFS=$'\t' read -r key a b; do
    case ${key} in
      data) DATA=${a} ;;
      programs) PROGRAMS=${a} ;;
      unit) UNIT=${a} ;;
      port) PORT=${a} ;;
      user) ROLE_NAME=${a} ;;
      sslmode) SSLMODE=${a} ;;
      max_lag) MAX_LAG=${a} ;;
      self) SELF=${a} ;;
      member) MEMBERS+=("${a}") ENDPOINT[${a}]="host=${b% *} port=${b#* }" SLOT[${a}]=standby_${a//-/_} ;;
      *) ;;
    esac
  done <"${folder}/members.tsv"
  OTHERS=()
  for key in "${MEMBERS[@]}"; do [[ ${key} == "${SELF}" ]] || OTHERS+=("${key}"); done
  # Asks the server of this host; the statement follows.
  SQL=(runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --field-separator ' ' --no-password --port "${PORT}"
    --dbname postgres --command)
}

# Seconds to wait for a member that does not answer. A tunnel that just came up may lose its first handshake, and WireGuard
# tries again after five seconds: who decides by the answer whether to take writes waits for that.
PATIENCE=3
SURE=12

# How a member is entered for replication.
way_to() { # MEMBER
  printf '%s user=%s dbname=replication replication=true sslmode=%s passfile=%s connect_timeout=%s application_name=%s' \
    "${ENDPOINT[$1]}" "${ROLE_NAME}" "${SSLMODE}" "${PASSFILE}" "${PATIENCE}" "${SLOT[${SELF}]}"
}

# Asks a member. Sets IS to primary, standby or silent; TIMELINE and POSITION as far as it said them; WHY if it is silent.
ask() { # MEMBER
  local said way
  IS=silent TIMELINE=0 POSITION='' WHY=''
  way=$(way_to "$1")
  if ! said=$(timeout $((PATIENCE + 12)) psql --no-psqlrc --quiet --tuples-only --no-align --field-separator ' ' --no-password \
    --dbname "${way}" --command 'SHOW in_hot_standby' --command IDENTIFY_SYSTEM 2>&1 </dev/null); then
    WHY=${said%%$'\n'*} && WHY=${WHY##*: } && WHY=${WHY# }
    return 0
  fi
  [[ ${said} =~ ^(on|off)$'\n'[0-9]+\ ([0-9]+)\ ([0-9A-F]+/[0-9A-F]+) ]] || {
    WHY=${said%%$'\n'*}
    return 0
  }
  TIMELINE=${BASH_REMATCH[2]} POSITION=${BASH_REMATCH[3]}
  if [[ ${BASH_REMATCH[1]} == off ]]; then IS=primary; else IS=standby; fi
}

# Looks for the member that takes writes; sets PRIMARY, or REASONS if none says that it does.
find_primary() {
  local member
  PRIMARY='' REASONS=''
  for member in "${OTHERS[@]}"; do
    ask "${member}"
    [[ ${IS} != primary ]] || { PRIMARY=${member} && return 0; }
    REASONS+="${REASONS:+; }${member} is ${IS}${WHY:+ (${WHY})}"
  done
}

# Sets REPLY to what the control file of this host's cluster says.
controlled() { # FIELD
  REPLY=$("${PROGRAMS}/pg_controldata" "${DATA}")
  REPLY=$(sed -n "s/^$1: *//p" <<<"${REPLY}")
}

# What lies on this host. Sets HERE to
#   nothing   no cluster
#   empty     a cluster in which nothing was ever made, as the package leaves it
#   standby   a copy that follows
#   data      a cluster that takes writes of its own
look_here() {
  HERE=nothing
  if [[ ! -e ${DATA}/PG_VERSION ]]; then
    REPLY=$(find "${DATA}" -mindepth 1 -print -quit 2>/dev/null || true)
    [[ -z ${REPLY} ]] || HERE=data
    return 0
  fi
  HERE=standby
  [[ ! -e ${DATA}/standby.signal ]] || return 0
  HERE=data
  if systemctl -q is-active "${UNIT}"; then "${SQL[@]}" CHECKPOINT >/dev/null 2>&1 </dev/null || return 0; fi
  # Whatever somebody makes gets a number from 16384 on.
  controlled "Latest checkpoint's NextOID"
  [[ ! ${REPLY} =~ ^[0-9]+$ ]] || ((REPLY > 16384)) || HERE=empty
}
