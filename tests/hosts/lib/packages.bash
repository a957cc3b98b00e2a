# shellcheck shell=bash disable=SC2154 # what bed.bash sets
# The hosts' apt repository: Debian's packages with all they need, and stand-ins for Docker's own.

# What `apt-get install` would fetch on the bare host, asked of a bare host: so the set is exactly complete.
packages_fetch() {
  mkdir -p "${BED}/repository/debian/partial"
  local sources groups
  sources=${BED}/sources.list
  archives >"${sources}"
  groups=$(grep -v '^#' "${HERE}/packages.txt")
  # shellcheck disable=SC2016 # expanded in the container
  d run --rm --network host --volume "${sources}:/etc/apt/sources.list:ro" \
    --volume "${BED}/repository/debian:/var/cache/apt/archives" --env GROUPS_OF_PACKAGES="${groups}" debian:12 sh -ec '
      rm -f /etc/apt/apt.conf.d/docker-clean
      apt-get -q update
      printf "%s\n" "$GROUPS_OF_PACKAGES" | while read -r group; do
        # shellcheck disable=SC2086
        apt-get -qy -o APT::Sandbox::User=root --no-install-recommends --download-only install $group
      done
    '
}

# Debian's next release has the newer engine and the compose plugin, and both run on this one; its runc and tini do not.
docker_debs_fetch() {
  local dir=${BED}/next
  mkdir -p "${dir}/lists/partial" "${dir}/cache/archives/partial" "${dir}/debs"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$(archive_of_debian)" >"${dir}/sources.list"
  local next=(
    -o "Dir::Etc::SourceList=${dir}/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=${dir}/lists" -o "Dir::Cache=${dir}/cache" -o APT::Sandbox::User=root
  )
  cd "${dir}/debs" || return
  rm -f ./*.deb
  apt-get "${next[@]}" -q update
  apt-get "${next[@]}" -q download docker.io docker-cli containerd docker-compose
  apt-get -q -o APT::Sandbox::User=root download "runc/${SUITE}" "tini/${SUITE}"
}

# stand_in NAME VERSION DEPENDS: packs ${BED}/next/NAME under the name of Docker's own package.
stand_in() {
  local tree=${BED}/next/$1
  mkdir -p "${tree}/DEBIAN"
  cat >"${tree}/DEBIAN/control" <<CONTROL
Package: $1
Version: $2
Architecture: amd64
Maintainer: Sitewright's test bed <nobody@invalid>
Depends: $3
Description: STAND-IN for Docker's own $1, made of Debian's binaries
 Docker's apt repository cannot be reached from a test: this package has its name,
 its paths and its units, and the programs of Debian.
CONTROL
  dpkg-deb --root-owner-group -Zgzip -z1 --build "${tree}" "${BED}/repository/stand-ins/"
}

docker_stand_ins() {
  docker_debs_fetch
  local from=${BED}/next/files to=${BED}/next deb
  rm -rf "${from}" "${to}"/{docker-ce,docker-ce-cli,containerd.io,docker-compose-plugin} "${BED}/repository/stand-ins"
  mkdir -p "${BED}/repository/stand-ins"
  for deb in "${to}"/debs/*.deb; do
    dpkg-deb -x "${deb}" "${from}"
  done

  install -D -t "${to}/containerd.io/usr/bin" "${from}"/usr/bin/{containerd,containerd-shim-runc-v2,ctr}
  install -D "${from}/usr/sbin/runc" "${to}/containerd.io/usr/bin/runc"
  install -D -m 0644 "${HERE}/stand-ins/containerd.service" "${to}/containerd.io/lib/systemd/system/containerd.service"
  install -D -m 0755 "${HERE}/stand-ins/containerd.postinst" "${to}/containerd.io/DEBIAN/postinst"
  stand_in containerd.io 1.7.24-1 'libc6, libseccomp2'

  install -D -t "${to}/docker-ce-cli/usr/bin" "${from}/usr/bin/docker"
  stand_in docker-ce-cli 5:26.1.5-1 libc6

  install -D -t "${to}/docker-ce/usr/bin" "${from}"/usr/sbin/{dockerd,docker-proxy}
  install -D "${from}/usr/bin/tini-static" "${to}/docker-ce/usr/libexec/docker/docker-init"
  ln -s ../libexec/docker/docker-init "${to}/docker-ce/usr/bin/docker-init"
  install -D -m 0644 -t "${to}/docker-ce/lib/systemd/system" "${HERE}"/stand-ins/docker.{service,socket}
  install -D -m 0755 "${HERE}/stand-ins/docker.postinst" "${to}/docker-ce/DEBIAN/postinst"
  stand_in docker-ce 5:26.1.5-1 'docker-ce-cli, containerd.io, iptables, libc6, libsystemd0'

  install -D -t "${to}/docker-compose-plugin/usr/libexec/docker/cli-plugins" "${from}/usr/libexec/docker/cli-plugins/docker-compose"
  stand_in docker-compose-plugin 2.26.1-1 'docker-ce-cli, libc6'
  rm -rf "${to}"
}

repository_index() {
  cd "${BED}/repository" || return
  rm -rf debian/partial debian/lock
  dpkg-scanpackages --multiversion . >Packages
  gzip -9nk -f Packages
  apt-ftparchive -o APT::FTPArchive::Release::Suite=stable -o APT::FTPArchive::Release::Label=sitewright-test-bed release . >Release.new
  mv Release.new Release
}
