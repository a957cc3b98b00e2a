# shellcheck shell=bash disable=SC2154 # what bed.bash sets
# `debian:12`, the bare host: what a provider hands out, which is minbase with systemd, cron and sshd.

# The Debian archives as this machine's own apt knows them.
archives() {
  # shellcheck disable=SC2016 # apt expands them
  apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' \
    | awk -v suite="${SUITE}" '$2 ~ "^" suite && $3 == "main" {print "deb", $1, $2, $3}' | sort -u
}

archive_of_debian() {
  local site
  site=$(archives | awk -v suite="${SUITE}" '$3 == suite && !seen++ {print $2}')
  [[ -n ${site} ]] || fail "apt here knows no Debian ${SUITE}: the bed needs it in the sources and an apt-get update"
  printf '%s\n' "${site}"
}

# A certificate authority for what strangers serve: hosts trust it as they trust those of public servers.
authority_make() {
  local dir=${BED}/authority
  rm -rf "${dir}"
  mkdir -p "${dir}"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Sitewright test bed' \
    -keyout "${dir}/ca.key" -out "${dir}/ca.crt"
  authority_signs pebble "$(printf ',IP:%s' "${OUTSIDE[@]}" | cut -c2-)"
  authority_signs cloudflare DNS:api.cloudflare.com
}

authority_signs() { # NAME ALTERNATIVES
  local dir=${BED}/authority
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "${dir}/$1.key" -out "${dir}/$1.csr"
  openssl x509 -req -in "${dir}/$1.csr" -CA "${dir}/ca.crt" -CAkey "${dir}/ca.key" -CAcreateserial -days 3650 \
    -extfile <(printf 'subjectAltName=%s\n' "$2") -out "${dir}/$1.crt"
}

base_make() {
  local root=${BED}/base
  rm -rf "${root}"
  debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,iproute2,cron,ca-certificates,openssh-server \
    "${SUITE}" "${root}" "$(archive_of_debian)"

  printf '#!/bin/sh\nexit 101\n' >"${root}/usr/sbin/policy-rc.d"
  chmod 0755 "${root}/usr/sbin/policy-rc.d"
  # A host lives for minutes: its packages need not survive a power cut.
  printf 'force-unsafe-io\n' >"${root}/etc/dpkg/dpkg.cfg.d/test-bed"
  archives >"${root}/etc/apt/sources.list"
  install -D -m 0644 "${BED}/authority/ca.crt" "${root}/usr/local/share/ca-certificates/sitewright-test-bed.crt"
  unshare --mount --pid --fork --mount-proc="${root}/proc" chroot "${root}" sh -ec '
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update
    apt-get -qy dist-upgrade
    apt-get clean
    update-ca-certificates
  '

  # From here on a host knows the bed's repository alone.
  printf 'deb [trusted=yes] http://%s:%s ./\n' "${GATEWAY}" "${REPOSITORY_PORT}" >"${root}/etc/apt/sources.list"
  rm -rf "${root}"/var/lib/apt/lists/* "${root}/usr/sbin/policy-rc.d" "${root}"/etc/resolv.conf
  : >"${root}/etc/machine-id"
  tar -C "${root}" -c . | d import --change 'CMD ["/sbin/init"]' - debian:12
  rm -rf "${root}"
}
