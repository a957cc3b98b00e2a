#!/usr/bin/env bash
# Looks at sshd's settings before they count, and takes them into use.
#
#   ssh-guard check PORT GROUP ADMIN...   refuses settings that would lock the admins out or let others in
#   ssh-guard reload SITE                 makes what the settings need, and reloads sshd
set -Eeuo pipefail
shopt -s inherit_errexit
export LC_ALL=C

die() {
  printf 'ssh-guard: %s\n' "$*" >&2
  exit 1
}

# Files of others are read too, and the first value of a setting counts: ask sshd what came out.
check() { # PORT GROUP ADMIN...
  local port=$1 group=$2 admin line effective
  shift 2
  install -d -m 0755 /run/sshd
  sshd -t
  for admin in "$@"; do
    effective=$(sshd -T -C "user=${admin},host=client.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=${port}")
    for line in "port ${port}" "allowgroups ${group}" "permitrootlogin no" "passwordauthentication no" \
      "kbdinteractiveauthentication no" "pubkeyauthentication yes" "authenticationmethods publickey" \
      "authorizedkeysfile /etc/ssh/authorized_keys.d/%u"; do
      grep -qixF -- "${line}" <<<"${effective}" || die "another file of /etc/ssh overrides: ${line}"
    done
    line=$(grep -cE '^(allowgroups|port|allowusers|denyusers|denygroups) ' <<<"${effective}" || true)
    ((line == 2)) || die "another file of /etc/ssh sets a Port, AllowUsers, DenyUsers, AllowGroups or DenyGroups of its own"
    check_admin "${admin}" "${group}"
  done
}

check_admin() { # ADMIN GROUP
  local groups shell keys
  groups=$(id -nG -- "$1") || die "there is no account $1"
  [[ " ${groups} " == *" $2 "* ]] || die "$1 is not in the group $2, so $1 could not log in"
  shell=$(getent passwd "$1")
  shell=${shell##*:}
  [[ -x ${shell} && ${shell} != */nologin && ${shell} != */false ]] || die "$1 has no login shell: ${shell}"
  keys=$(ssh-keygen -l -f "/etc/ssh/authorized_keys.d/$1" | awk '{
    if ($NF == "(RSA)" ? $1 >= 3072 : $NF ~ /^\(ED25519(-SK)?\)$/) usable++
  } END { print usable + 0 }')
  ((keys > 0)) || die "$1 has no key that is accepted: Ed25519, or RSA of 3072 bits and more"
}

reload() { # SITE
  local key=/etc/ssh/ssh_host_rsa_4096_key
  [[ -s ${key} ]] || ssh-keygen -q -t rsa -b 4096 -N '' -C '' -f "${key}"
  [[ -s /etc/ssh/ssh_host_ed25519_key ]] || ssh-keygen -q -t ed25519 -N '' -C '' -f /etc/ssh/ssh_host_ed25519_key
  # Groups of less than 3072 bits are within reach of those who can afford it.
  awk '$5 >= 3071' /etc/ssh/moduli >"/etc/ssh/moduli.$1.new"
  chmod 0644 "/etc/ssh/moduli.$1.new"
  mv -f "/etc/ssh/moduli.$1.new" "/etc/ssh/moduli.$1"
  systemctl daemon-reload
  if systemctl -q is-active ssh.socket; then
    # The socket listens, at the ports that a generator took from sshd's settings. Sessions have scopes of their own.
    systemctl stop ssh.service
    systemctl restart ssh.socket
  else
    systemctl try-reload-or-restart ssh.service
  fi
}

case ${1-} in
  check | reload) "$@" ;;
  *) die "usage: ssh-guard check PORT GROUP ADMIN... | reload SITE" ;;
esac
