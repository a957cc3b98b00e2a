# shellcheck shell=bash disable=SC2154 # what bed.bash sets
# Container images: the stand-ins that hosts pull with their own engines, and the client's place outside.

# image_build NAME: a stand-in; `--network host` so that apt inside reaches the bed's repository.
image_build() {
  local folder arguments=()
  # Real images of one program differ in their user's ids between Debian and Alpine: volumes show it.
  case $1 in
    redis:7) folder=redis ;;
    redis:7-alpine) folder=redis arguments=(--build-arg GROUP=1000) ;;
    postgres:15) folder=postgres ;;
    postgres:16-alpine) folder=postgres arguments=(--build-arg USER_ID=70 --build-arg GROUP=70) ;;
    nginx:latest) folder=nginx ;;
    *) fail "no stand-in for the image $1: add a folder under tests/hosts/images and a line here" ;;
  esac
  d build --quiet --network host --tag "$1" "${arguments[@]}" "${HERE}/images/${folder}"
  d tag "$1" "${REGISTRY}/library/$1"
  d push --quiet "${REGISTRY}/library/$1"
}

outside_build() {
  rm -rf "${BED}/outside"
  cp -a "${HERE}/images/outside" "${BED}/outside"
  cp "${BED}"/authority/{ca.crt,pebble.crt,pebble.key} "${BED}/outside/"
  d build --quiet --network host --tag sitewright/outside "${BED}/outside"
  # What an earlier build left without a name.
  d image prune --force
}
