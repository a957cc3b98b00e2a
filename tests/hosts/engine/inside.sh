#!/usr/bin/env bash
# One case of the engine's tests, as root inside a throwaway Debian root: `inside.sh CASE`. Exit 0 when it holds.
# systemctl is a stand-in that remembers what is enabled, active and asked for; the other tools are the real ones.
set -Eeuo pipefail
trap 'echo "case ${1-}: line ${LINENO}: ${BASH_COMMAND}" >&2' ERR
shopt -s inherit_errexit
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STATE=/var/lib/sitewright/mini
CALLS=/run/stand-in/calls

stand_in() {
  mkdir -p /run/stand-in/{enabled,active,broken,flapping}
  install -m 0755 "${HERE}/systemctl" /usr/bin/systemctl
  printf '#!/bin/sh\nexec /usr/bin/sleep 0.1\n' >/usr/local/sbin/sleep && chmod 0755 /usr/local/sbin/sleep # no waiting
  : >"${CALLS}"
}

# A bundle is begun by `bundle DIRECTORY`, and every `file` and `record` goes to it.
bundle() {
  B=$1
  rm -rf "$B" && mkdir -p "$B/rootfs"
  cp /engine/install.sh "$B/install.sh"
  record sitewright 1
  record site mini
  record environment test
  record host one
  record os "$(sed -n 's/^ID=//p' /etc/os-release)-$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)"
}
record() { (IFS=$'\t' && printf '%s\n' "$*") >>"$B/plan.tsv"; }
file() { # PATH OWNER MODE PHASE FILL SET ACTIONS, the content on stdin
  mkdir -p "$B/rootfs${1%/*}" && cat >"$B/rootfs$1"
  local sha
  sha=$(sha256sum <"$B/rootfs$1") && record file "$1" "$2" "$3" "${sha%% *}" "$4" "$5" "$6" "$7"
}

# nginx, a user with a directory, a unit, a script outside /etc, and a file with a secret.
web() { # GREETING [DIRECTIVE]
  bundle "/tmp/bundle${N:=1}"
  N=$((N + 1))
  record package nginx-light
  record secret token generate length=40,charset=url-safe
  record secret hook provided "the chat's webhook"
  file /etc/sysusers.d/mini.conf root:root 0644 identity - users - <<<'u mini-app - "Mini" /var/lib/mini'
  file /etc/tmpfiles.d/mini.conf root:root 0644 identity - users - <<<'d /var/lib/mini 0750 mini-app mini-app'
  file /etc/nginx/nginx.conf root:root 0644 config - nginx nginx <<<"events {}
http { access_log off; include /etc/nginx/mini/*.conf; }"
  file /etc/nginx/mini/site.conf root:root 0644 config - nginx nginx <<<"server { listen 127.0.0.1:8080; ${2-}
  location / { return 200 '$1'; } }"
  file /etc/mini/app.env mini-app:mini-app 0600 config fill app app <<<"GREETING=\"$1\"
TOKEN=\"{{secret:token:env}}\"
HOOK=\"{{secret:hook:env}}\""
  file /usr/local/sbin/mini-tool root:root 0755 config - app - <<<"#!/bin/sh
echo $1"
  file /etc/systemd/system/mini-app.service root:root 0644 config - app app <<<"[Service]
ExecStart=/usr/local/sbin/mini-tool"
  record action nginx 10 'nginx -t' 'systemctl try-reload-or-restart nginx.service'
  record action app 20 'test -x /usr/local/sbin/mini-tool && test -r /etc/mini/app.env' 'systemctl try-restart mini-app.service'
  record unit nginx.service 10
  record unit mini-app.service 20
  record health "grep -q '$1' /etc/mini/app.env" 3
}
provide() { mkdir -p /etc/mini/secrets && chmod 0700 /etc/mini/secrets && printf '%s' "$2" >"/etc/mini/secrets/$1" && chmod 600 "/etc/mini/secrets/$1"; }

run() { # STATUS ARGUMENTS...: the engine must exit so; what it says goes to $OUT
  local want=$1 got=0
  : >"${CALLS}"
  bash "$B/install.sh" "${@:2}" >/tmp/out 2>&1 </dev/null || got=$?
  OUT=$(</tmp/out)
  [[ ${got} == "${want}" ]] || { printf 'exit %s, not %s:\n%s\n' "${got}" "${want}" "${OUT}" >&2 && return 1; }
}
says() { [[ ${OUT} == *"$1"* ]] || { printf 'does not say "%s":\n%s\n' "$1" "${OUT}" >&2 && return 1; }; }
says_not() { [[ ${OUT} != *"$1"* ]] || { printf 'says "%s":\n%s\n' "$1" "${OUT}" >&2 && return 1; }; }
called() { grep -q -- "$1" "${CALLS}" || { printf 'not called: %s\n%s\n' "$1" "$(<"${CALLS}")" >&2 && return 1; }; }
called_not() { ! grep -q -- "$1" "${CALLS}" || { printf 'called: %s\n' "$1" >&2 && return 1; }; }
# Names, contents, owners, modes and times of all that an apply may touch.
picture() { { find /etc /usr/local /var/lib/sitewright /var/lib/mini -printf '%p %u:%g %m %T@ %s %y\n' 2>/dev/null || true; } | sort; }
contents() { find /etc /usr/local -type f -not -path '/etc/mini/secrets/*' -not -name '*-' -not -name 'passwd' -not -name 'group' \
  -not -name 'shadow' -not -name gshadow -printf '%p %u:%g %m ' -exec sha256sum {} \; | sort; }

# shellcheck source=tests/hosts/engine/cases.sh
. "${HERE}/cases.sh"
if [[ ${1-} == list ]]; then
  declare -F | sed -n 's/^declare -f case_//p'
else
  stand_in
  "case_$1"
fi
