#!/usr/bin/env bash
# Usage: curl [OPTION…] URL, in place of curl where the standard buildpack runs without a network
#
# Prints /stack/archives/NAME for a URL that ends in /NAME; for any other URL it is curl itself.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

url="${!#}"
archive="/stack/archives/${url##*/}"
if [[ -f "${archive}" ]]; then
	exec cat "${archive}"
fi
exec /usr/bin/curl "$@"
