# shellcheck shell=bash disable=SC2034,SC2154 # what bed.bash sets
# Container images: the stand-ins that hosts pull with their own engines, and the client's place outside.

# What hosts pull in every run: a stand-in, and the releases of an API, three of which are broken.
IMAGES=(redis:7 acme/api:{1,2,3,crash,half,ill})

# image_build NAME: `--network host` so that apt inside reaches the bed's repository.
image_build() {
  local folder arguments=() name=$1
  # Real images of one program differ in their user's ids between Debian and Alpine: volumes show it.
  case $1 in
    redis:7) folder=redis ;;
    redis:7-alpine) folder=redis arguments=(--build-arg GROUP=1000) ;;
    postgres:15) folder=postgres ;;
    postgres:16-alpine) folder=postgres arguments=(--build-arg USER_ID=70 --build-arg GROUP=70) ;;
    nginx:latest) folder=nginx ;;
    acme/api:*) folder=api arguments=(--build-arg "TAG=${1#*:}") ;;
    *) fail "no stand-in for the image $1: add a folder under tests/hosts/images and a line here" ;;
  esac
  d build --quiet --network host --tag "$1" "${arguments[@]}" "${HERE}/images/${folder}"
  [[ ${name} == */* ]] || name=library/${name}
  d tag "$1" "${REGISTRY}/${name}"
  d push --quiet "${REGISTRY}/${name}"
}

outside_build() {
  rm -rf "${BED}/outside"
  cp -a "${HERE}/images/outside" "${BED}/outside"
  cp "${BED}"/authority/{ca.crt,pebble.crt,pebble.key} "${BED}/outside/"
  d build --quiet --network host --tag sitewright/outside "${BED}/outside"
  # What an earlier build left without a name.
  d image prune --force
}
