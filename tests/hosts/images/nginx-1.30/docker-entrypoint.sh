#!/bin/sh
# What the documentation of the real image promises: scripts in /docker-entrypoint.d run before the server.
set -e
if [ "$1" = nginx ]; then
  for file in /docker-entrypoint.d/*.sh; do
    [ ! -x "${file}" ] || "${file}"
  done
fi
exec "$@"
