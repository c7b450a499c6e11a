#!/usr/bin/env bash
# Usage: prepare.sh, as root in a new container
#
# Makes what the platform has: an unprivileged user, its home /app, and folders for what is put in.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

useradd --no-create-home --home-dir /app --shell /bin/bash --uid 54321 dyno
install --directory --owner=dyno --group=dyno /app /stack/notes
