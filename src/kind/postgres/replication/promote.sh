# ---- SITE-promote ----------------------------------------------------------------------------------------------------
usage_of_promote() {
  cat <<HELP
usage: ${SITE}-promote SERVICE [--primary-is-down] [--behind]

  --primary-is-down   the primary does not answer, and you know that it is stopped and will not start again by itself;
                      without this you are asked
  --behind            promote this one although another standby has more of what the primary wrote

exit: 0 promoted, 1 refused or failed, 2 wrong usage
HELP
}

refuse_primaries() {
  local member PATIENCE=${SURE}
  SILENT=()
  for member in "${OTHERS[@]}"; do
    ask "${member}"
    case ${IS} in
      primary) die "${member} takes writes. Stop it there first, so that all it wrote comes over: ${STOPPING}" ;;
      standby) refuse_behind "${member}" "${POSITION}" ;;
      *)
        SILENT+=("${member}")
        printf '%s does not answer: %s\n' "${member}" "${WHY}"
        ;;
    esac
  done
}

refuse_behind() { # MEMBER POSITION
  local more
  more=$("${SQL[@]}" "SELECT '$2'::pg_lsn > coalesce(pg_last_wal_receive_lsn(), '0/0')")
  [[ ${more} != t || -n ${BEHIND} ]] || die "$1 has received more of what the primary wrote: promote it there, or add --behind and lose that"
}

confirm() {
  ((${#SILENT[@]})) && [[ -z ${DOWN} ]] || return 0
  [[ -t 0 ]] || die "whether ${SILENT[*]} is down cannot be seen from here. If you know that it is, and stays so: --primary-is-down"
  printf 'A primary that only cannot be reached goes on taking writes, which are lost later.\n'
  read -r -p "Type the name of each host above that is stopped and stays so [${SILENT[*]}]: " REPLY
  [[ ${REPLY} == "${SILENT[*]}" ]] || die "not promoted"
}

# What was received is replayed before a promotion anyway; this tells how far that is.
tell_lag() {
  local received replayed last said
  said=$("${SQL[@]}" "SELECT coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), pg_last_wal_replay_lsn(), coalesce(to_char(pg_last_xact_replay_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SSOF'), 'never')")
  read -r received replayed last <<<"${said}"
  printf 'received up to %s, replayed up to %s; last transaction of the primary: %s\n' "${received}" "${replayed}" "${last}"
}

take_over() {
  local member slot promoted
  promoted=$("${SQL[@]}" 'SELECT pg_promote(true, 300)')
  [[ ${promoted} == t ]] || die "PostgreSQL was not promoted within five minutes: ${LOOKING}"
  "${SQL[@]}" CHECKPOINT >/dev/null # from now on the new timeline stands in its control file
  for member in "${OTHERS[@]}"; do
    slot=${SLOT[${member}]}
    "${SQL[@]}" "SELECT pg_create_physical_replication_slot('${slot}', true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '${slot}')" >/dev/null
  done
}

tell_rest() {
  local order member
  order=${SELF}
  for member in "${OTHERS[@]}"; do order+=", ${member}"; done
  cat <<REST
${SERVICE} on ${SELF} is the primary now. What is left:

1. In the manifest, name it first:   services: {${SERVICE}: {on: [${order}]}}
2. Compile, and install the bundle on ${SELF}, then on the hosts that use ${SERVICE}: until then they ask the old primary.
3. The other standbys follow ${SELF} by themselves. A primary of the past does not, and install.sh refuses there:
     ${SITE}-standby ${SERVICE} rejoin
   sets its data aside and copies anew; then install the new bundle there, too.
REST
  for member in "${SILENT[@]}"; do printf '   Do not start %s before that without a network to %s.\n' "${member}" "${SELF}"; done
}

DOWN='' BEHIND=''
promote() { # SERVICE [OPTION...]
  local service='' recovering
  while (($#)); do
    case $1 in
      --primary-is-down) DOWN=1 ;;
      --behind) BEHIND=1 ;;
      -*) wrong_usage ;;
      *) service=$1 ;;
    esac
    shift
  done
  [[ -n ${service} ]] || wrong_usage
  ((EUID == 0)) || die "this must run as root"
  read_members "${service}"
  recovering=$("${SQL[@]}" 'SELECT pg_is_in_recovery()' || true)
  [[ -n ${recovering} ]] || die "${SERVICE} does not answer here: ${LOOKING}"
  [[ ${recovering} == t ]] || die "${SERVICE} on this host is no standby: it takes writes already"
  refuse_primaries
  confirm
  tell_lag
  take_over
  tell_rest
}
