#!/usr/bin/env bash
# Usage: bash look.sh, in /app of a packed slug, after the profile scripts
#
# Prints how many packages have to be in their places, and fails, with its name, if one is not.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

count=0
while read -ra words; do
	for unit in "${words[@]:3}"; do
		folder="${words[2]}/${unit}"
		if [[ ! -d "${folder}" ]]; then
			printf 'missing: %s\n' "${folder}"
			exit 1
		fi
		count=$((count + 1))
	done
done <.heroku/slugfit/packed/list
printf '%d\n' "${count}"
