# shellcheck shell=bash disable=SC2154 # shared with its siblings
# What a stranger offers to backups and messages: an S3 server, built by the Go toolchain from its module's own tag, and a
# mail server, which Debian has.

VERSITYGW=1.8.0

s3_build() {
  command -v go >/dev/null || fail 'no go toolchain: the bed builds its S3 server with it'
  mkdir -p "${BED}/bin"
  CGO_ENABLED=0 GOFLAGS=-p=2 GOBIN=${BED}/bin nice -n 5 \
    go install -trimpath -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@v${VERSITYGW}"
  "${BED}/bin/versitygw" --help >/dev/null
}

# Unpacked, for PYTHONPATH: the stranger's image stays as it is.
mail_fetch() {
  local deb dir=${BED}/mail
  rm -rf "${dir}"
  mkdir -p "${dir}/debs"
  (cd "${dir}/debs" && apt-get -q -o APT::Sandbox::User=root download python3-aiosmtpd python3-attr python3-public)
  for deb in "${dir}"/debs/*.deb; do
    dpkg-deb -x "${deb}" "${dir}"
  done
}
