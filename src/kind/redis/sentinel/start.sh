#!/bin/sh
# Starts Redis as what it is at the moment, or Sentinel with what it knows. A failover changes no file of a host, so no
# installation can undo one: who the master is, the Sentinels say whenever a server starts. The same bytes on every host.
#
#   start server      Redis; it follows the master, unless it is the master itself
#   start sentinel    Sentinel, which goes on writing its own file: the one of the manifest is where it begins
#
# members.tsv beside this file, tab-separated: name NAME; self ADDRESS PORT; member and sentinel ADDRESS PORT, the first
# member being the master of the beginning.
set -eu
umask 077
here=${0%/*}

# The fields of the first line of a type.
first() { # TYPE
  awk -F '\t' -v type="$1" '$1 == type { print $2, $3; exit }' "${here}/members.tsv"
}

# ADDRESS PORT of the master, by the Sentinel that saw the latest failover; nothing if none answers.
ask() {
  awk -F '\t' '$1 == "sentinel" { print $2, $3 }' "${here}/members.tsv" | while read -r address port; do
    timeout 3 redis-cli -h "${address}" -p "${port}" --user health --pass - --no-auth-warning sentinel master "${name}" 2>/dev/null </dev/null \
      | awk 'NR % 2 { key = $0; next } { field[key] = $0 } END { if ("ip" in field) print field["config-epoch"], field["ip"], field["port"] }' || true
  done | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

# A server that ran before has Sentinels that know more than the manifest, as soon as they are up.
find_master() { # TRIES
  tries=$1 master=''
  while [ -z "${master}" ] && [ "${tries}" -gt 0 ]; do
    master=$(ask)
    tries=$((tries - 1))
    [ -n "${master}" ] || [ "${tries}" = 0 ] || sleep 1
  done
  [ -n "${master}" ] || master=$(first member)
}

start_server() {
  filled=$(ls -A /data)
  if [ -n "${filled}" ]; then find_master 10; else find_master 1; fi
  self=$(first self)
  echo "the master is at ${master}, this is ${self}"
  if [ "${master}" = "${self}" ]; then
    exec docker-entrypoint.sh redis-server "${here}/redis.conf"
  fi
  exec docker-entrypoint.sh redis-server "${here}/redis.conf" --replicaof "${master% *}" "${master#* }"
}

# What Sentinel has written stands until the manifest's file changes. Then it begins with that one anew, as the same
# Sentinel, and with the master of now.
start_sentinel() {
  begin=${here}/sentinel.conf state=/data/sentinel.conf
  if ! cmp -s "${begin}" /data/begun.conf || [ ! -s "${state}" ]; then
    touch "${state}"
    find_master 1
    {
      awk -v at="${master}" '$1 == "sentinel" && $2 == "monitor" { split(at, to, " "); $4 = to[1]; $5 = to[2] } { print }' "${begin}"
      grep -E '^sentinel (myid|current-epoch|config-epoch|leader-epoch) ' "${state}" || true
    } >/data/next.conf
    mv /data/next.conf "${state}"
    # By another name first: what it was copied from may not be written, and so may not the copy.
    cat "${begin}" >/data/next.conf
    mv -f /data/next.conf /data/begun.conf
  fi
  exec docker-entrypoint.sh redis-server "${state}" --sentinel
}

name=$(first name)
name=${name% }
case ${1-} in
  server) start_server ;;
  sentinel) start_sentinel ;;
  *)
    echo "usage: start server | sentinel" >&2
    exit 2
    ;;
esac
