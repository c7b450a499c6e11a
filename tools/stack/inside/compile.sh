#!/usr/bin/env bash
# Usage: bin/compile BUILD_DIR CACHE_DIR ENV_DIR, in place of a wrapped buildpack's own
#
# Runs that (it is compile.wrapped now), and notes what it left in the cache, where the same must be
# after the slimming, and what it left in /tmp, which is not Slugfit's to take away.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

ls --almost-all /tmp >/stack/notes/temporary-before
"${BASH_SOURCE[0]%/*}/compile.wrapped" "$@"
ls --almost-all /tmp >/stack/notes/temporary-after
bash /stack/bin/list.sh "${2}" slugfit >/stack/notes/cache
