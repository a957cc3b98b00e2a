# shellcheck shell=bash disable=SC2154 # what bed.bash sets
# Container images: the stand-ins that hosts load into their own engines, and the client's place outside.

# image TAG FOLDER ARGUMENTS…: builds one, `--network host` so that apt inside reaches the bed's repository.
image() {
  local tag=$1 folder=$2
  shift 2
  d build --quiet --network host --tag "${tag}" "$@" "${HERE}/images/${folder}"
}

images_build() {
  # Real images of one program differ in their user's ids between Debian and Alpine: volumes show it.
  image redis:7 redis
  image redis:7-alpine redis --build-arg GROUP=1000
  image postgres:15 postgres
  image postgres:16-alpine postgres --build-arg USER_ID=70 --build-arg GROUP=70
  image nginx:latest nginx
}

outside_build() {
  rm -rf "${BED}/outside"
  cp -a "${HERE}/images/outside" "${BED}/outside"
  cp "${BED}"/authority/{ca.crt,pebble.crt,pebble.key} "${BED}/outside/"
  d build --quiet --network host --tag sitewright/outside "${BED}/outside"
}
