# shellcheck shell=bash disable=SC2034,SC2154 # shared with its siblings
# CoreDNS is in no Debian release: built once by the Go toolchain, from the module's own tag.

COREDNS=1.14.4

coredns_build() {
  command -v go >/dev/null || fail 'no go toolchain: the bed builds CoreDNS with it'
  local cache
  cache=$(go env GOCACHE)
  mkdir -p "${BED}/bin" "${cache}"
  # Nice: the rest of the bed is built meanwhile. Where the validators are made at the same time, one of the two compiles, and
  # the other finds it in the cache.
  CGO_ENABLED=0 GOBIN=${BED}/bin flock "${cache}" nice -n 5 \
    go install -trimpath -ldflags='-s -w' "github.com/coredns/coredns@v${COREDNS}"
  local says
  says=$("${BED}/bin/coredns" -version)
  [[ ${says%%$'\n'*} == "CoreDNS-${COREDNS}" ]] || fail "coredns -version says: ${says}"
}
