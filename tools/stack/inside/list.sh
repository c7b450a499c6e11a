#!/usr/bin/env bash
# Usage: list.sh FOLDER [FOLDER-IN-IT-TO-LEAVE-OUT]
#
# What is below FOLDER: a line of kind and mode, path, and target for each file, link and folder,
# with tabs between them; and a line of sha256 and path for each file. listing.py reads it.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

cd "${1}"
below=(find . -path "./${2:-nothing}" -prune -o)
"${below[@]}" -printf '%y %m\t%p\t%l\n'
"${below[@]}" -type f -print0 | xargs --null --no-run-if-empty sha256sum
