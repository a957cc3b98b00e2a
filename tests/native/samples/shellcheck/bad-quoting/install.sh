#!/usr/bin/env bash
# Says hello.
set -Eeuo pipefail

printf 'hello %s\n' "${1:-you}"
rm -r $1
