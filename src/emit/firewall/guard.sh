#!/usr/bin/env bash
# Tries the firewall's rules, and takes them into use.
#
#   firewall-guard check   loads the rules in a network of its own, and refuses rules that would close sshd's port
#   firewall-guard load    replaces the rules, each file in one step: at no moment is the host open
set -Eeuo pipefail
shopt -s inherit_errexit
export LC_ALL=C

die() {
  printf 'firewall-guard: %s\n' "$*" >&2
  exit 1
}

check() {
  local port ports
  # Nothing of this host's network is in there, and it is gone with the command.
  unshare -n /lib/ufw/ufw-init start || die "these rules do not load"
  if command -v sshd >/dev/null; then
    install -d -m 0755 /run/sshd
    ports=$(sshd -T | awk '$1 == "port" { print $2 }')
    for port in ${ports}; do
      grep -qE "^### tuple ### (allow|limit) tcp ${port} " /etc/ufw/user.rules /etc/ufw/user6.rules \
        || die "sshd listens at port ${port}, which these rules close"
    done
  fi
}

load() {
  local family name rules
  rules=$(iptables -S && ip6tables -S)
  if /lib/ufw/ufw-init status >/dev/null && [[ ${rules} != *'-P INPUT ACCEPT'* && ${rules} != *'-P FORWARD ACCEPT'* ]]; then
    for family in '' 6; do
      for name in after user; do
        "ip${family}tables-restore" -n <"/etc/ufw/${name}${family}.rules"
      done
    done
  else
    systemctl restart ufw.service
  fi
  /lib/ufw/ufw-init status
}

case ${1-} in
  check | load) "$1" ;;
  *) die "usage: firewall-guard check | load" ;;
esac
