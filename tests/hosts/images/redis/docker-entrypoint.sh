#!/bin/sh
# What the documentation of the real image promises: options or a .conf alone start the server, root is given up,
# files are private, and with no configuration at all protected mode is off.
set -e

if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
  set -- redis-server "$@"
fi

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis '{}' +
  exec setpriv --reuid redis --regid redis --clear-groups -- "$0" "$@"
fi

if [ "$(umask)" = 0022 ]; then
  umask 0077
fi
if [ "$*" = redis-server ]; then
  set -- redis-server --protected-mode no
fi
exec "$@"
