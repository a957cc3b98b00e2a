# shellcheck shell=bash disable=SC2034,SC2154 # what bed.bash sets
# Container images: the stand-ins that hosts pull with their own engines, and the client's place outside.

# What hosts pull in every run: a stand-in, and the releases of an API, three of which are broken.
IMAGES=(redis:7 acme/api:{1,2,3,crash,half,ill})

# image_build NAME: `--network host` so that apt inside reaches the bed's repository.
image_build() {
  local folder arguments=() name=$1 context=${HERE}/images
  # Real images of one program differ in their user's ids between Debian and Alpine: volumes show it.
  case $1 in
    redis:7) folder=redis ;;
    redis:7-alpine) folder=redis arguments=(--build-arg GROUP=1000) ;;
    postgres:15 | postgres:16) folder=postgres ;;
    postgres:16-alpine) folder=postgres arguments=(--build-arg USER_ID=70 --build-arg GROUP=70) ;;
    nginx:latest) folder=nginx ;;
    acme/api:*) folder=api arguments=(--build-arg "TAG=${1#*:}") ;;
    nginx:1.30)
      nginx_root_make
      folder=nginx-1.30
      ;;
    neurm-backend:1.14.0 | neurm-frontend:1.14.0)
      folder=backend context=${BED}/contexts
      packages_of_node "${folder}"
      ;;
    *) fail "no stand-in for the image $1: add a folder under tests/hosts/images and a line here" ;;
  esac
  d build --quiet --network host --tag "$1" "${arguments[@]}" "${context}/${folder}"
  [[ ${name} == */* ]] || name=library/${name}
  d tag "$1" "${REGISTRY}/${name}"
  d push --quiet "${REGISTRY}/${name}"
}

# Containers of the bed reach no registry of packages, so these come into the image with the rest.
packages_of_node() { # FOLDER
  command -v npm >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends npm
  install -d "${BED}/contexts"
  rm -rf "${BED}/contexts/$1"
  cp -a "${HERE}/images/$1" "${BED}/contexts/$1"
  npm ci --prefix "${BED}/contexts/$1" --no-audit --no-fund --ignore-scripts --silent
}

# Debian's next release has the nginx that the image has, and all of it runs on this kernel.
nginx_root_make() {
  local root=${BED}/nginx-root
  d image inspect sitewright/nginx-1.30 >/dev/null 2>&1 && return
  rm -rf "${root}"
  debootstrap --variant=minbase --include=nginx,curl forky "${root}" "$(archive_of_debian)" /usr/share/debootstrap/scripts/sid
  chroot "${root}" sh -ec '
    groupadd --system --gid 101 nginx
    useradd --system --uid 101 --gid nginx --home-dir /nonexistent --no-create-home nginx
    rm -rf /etc/nginx/sites-* /etc/nginx/modules-enabled
    mkdir -p /docker-entrypoint.d /var/cache/nginx
    ln -sf /dev/stdout /var/log/nginx/access.log
    ln -sf /dev/stderr /var/log/nginx/error.log
  '
  rm -rf "${root}"/var/lib/apt/lists/* "${root}"/var/cache/apt/archives/*.deb
  tar -C "${root}" -c . | d import - sitewright/nginx-1.30
  rm -rf "${root}"
}

outside_build() {
  rm -rf "${BED}/outside"
  cp -a "${HERE}/images/outside" "${BED}/outside"
  cp "${BED}"/authority/{ca.crt,pebble.{crt,key},cloudflare.{crt,key}} "${BED}/outside/"
  d build --quiet --network host --tag sitewright/outside "${BED}/outside"
  # What an earlier build left without a name.
  d image prune --force
}
