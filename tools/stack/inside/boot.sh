#!/usr/bin/env bash
# Usage: bash boot.sh COMMAND [NAME], in /app, with the app's config vars
#
# Starts a process as the platform does: the profile scripts, then the command. Its number is noted
# as that of NAME (web). No options of bash are set here: they would be the app's.

cd /app || exit 1
printf '%s\n' "$$" >"/stack/notes/${2:-web}.pid"
for script in .profile.d/*.sh; do
	# shellcheck disable=SC1090 # the app's own
	if [[ -r "${script}" ]]; then source "${script}"; fi
done
exec bash -c "${1}"
