# ---- the three commands ----------------------------------------------------------------------------------------------
usage() {
  case ${COMMAND} in
    restore)
      cat <<HELP
usage: ${SITE}-restore --list [SOURCE]... [--from DESTINATION]
       ${SITE}-restore SOURCE... | --service NAME | --all  [--from DESTINATION] [--snapshot ID] [--host LABEL]
                       [--no-safety] [--dry-run] [--yes]

  --from DESTINATION  where to take it from (default: the first of the plan)
  --snapshot ID       not the newest; for one source
  --host LABEL        snapshots of another host
  --no-safety         do not save what is there first; it is kept beside, under another name
  --dry-run           show which snapshots would be taken
  --yes               ask nothing

What is there is saved first, and put back if the restore fails. exit: 0 restored, 1 failed, 75 another run is at work
HELP
      ;;
    restore-test)
      cat <<HELP
usage: ${SITE}-restore-test [--only SOURCE]... [--from DESTINATION]...

Brings the newest snapshot of each source back into a scratch place and looks at it. Nothing live is touched.
exit: 0 all would come back, 1 something would not, 75 another run is at work
HELP
      ;;
    *)
      cat <<HELP
usage: ${SITE}-backup [--only SOURCE]... [--to DESTINATION]... [--prune] [--dry-run]
       ${SITE}-backup --clean-up [--to DESTINATION]...
       ${SITE}-backup --init DESTINATION
       ${SITE}-backup --list

  --only SOURCE     this source; may be given several times
  --to DESTINATION  this destination; may be given several times
  --prune           check and clean up the repositories now, and not once a week
  --clean-up        save nothing; check, forget what \`keep\` does not keep, and clean up
  --safety          keep the snapshots apart, for 30 days, as before a restore
  --dry-run, --list show what is saved where
  --init            make a repository anew where there was one before

exit: 0 all was saved, 1 something was not, 75 another run is at work
HELP
      ;;
  esac
}

wrong_usage() {
  usage >&2
  exit 2
}

COMMAND=${1-}
shift || wrong_usage
for option in "$@"; do
  if [[ ${option} == --help ]]; then
    usage
    exit 0
  fi
done
case ${COMMAND} in
  backup) save_all "$@" ;;
  restore) restore_all "$@" ;;
  restore-test) drill_all "$@" ;;
  *) wrong_usage ;;
esac
