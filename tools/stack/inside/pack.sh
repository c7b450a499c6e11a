#!/usr/bin/env bash
# Usage: pack.sh BUILD_DIR
#
# Packs the slug as the platform does, a tar of ./app/ under gzip, as /stack/notes/slug.tgz, and
# prints its size in bytes. BUILD_DIR is gone after it.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

mkdir /stack/notes/slug
mv "${1}" /stack/notes/slug/app
tar --create --directory=/stack/notes/slug ./app | gzip -6 >/stack/notes/slug.tgz
stat --format=%s /stack/notes/slug.tgz
