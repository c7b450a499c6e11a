#!/usr/bin/env bash
# What this build knows about itself: lines of KEY<tab>KIND<tab>VALUE in CACHE_DIR, the last one of
# a key wins. A line is appended, never rewritten, so subshells and failed builds leave theirs too.
# bin/report prints them as JSON.
set -euo pipefail

readonly FACTS_FILE="${CACHE_DIR:?}/build-data/slugfit-standin"
# The facts of the build that the cache holds the result of, whatever failed since.
readonly CACHED_FACTS_FILE="${CACHE_DIR}/.heroku/slugfit-standin"

# facts::start: forget the last build's facts.
function facts::start() {
	mkdir --parents "${FACTS_FILE%/*}"
	: >"${FACTS_FILE}"
}

# facts::set KEY VALUE: a string, cut after 200 characters as the platform wants them short.
function facts::set() {
	local value="${2//[[:cntrl:]]/ }"
	printf '%s\tstring\t%s\n' "${1}" "${value:0:200}" >>"${FACTS_FILE}"
}

# facts::set_raw KEY JSON: a number or a boolean.
function facts::set_raw() {
	printf '%s\traw\t%s\n' "${1}" "${2}" >>"${FACTS_FILE}"
}

# facts::now: microseconds since the epoch.
function facts::now() {
	# Some locales write the fraction after a comma.
	printf '%s\n' "${EPOCHREALTIME//[.,]/}"
}

# facts::took KEY START: the seconds since START, a value of facts::now.
function facts::took() {
	local now
	now="$(facts::now)"
	local elapsed=$((now - ${2}))
	local seconds
	printf -v seconds '%d.%06d' "$((elapsed / 1000000))" "$((elapsed % 1000000))"
	facts::set_raw "${1}" "${seconds}"
}

# facts::cached KEY: a string of the build in the cache, or nothing.
function facts::cached() {
	local key kind value found=""
	if [[ -f "${CACHED_FACTS_FILE}" ]]; then
		while IFS=$'\t' read -r key kind value; do
			if [[ "${key}" == "${1}" && "${kind}" == string ]]; then
				found="${value}"
			fi
		done <"${CACHED_FACTS_FILE}"
	fi
	printf '%s\n' "${found}"
}

# facts::unhandled COMMAND LINE: the ERR trap. Every failure that was foreseen has told itself.
function facts::unhandled() {
	if grep --quiet $'^failure_reason\t' "${FACTS_FILE}"; then
		return 0
	fi
	output::warning <<-TEXT
		Error: Slugfit's stand-in for the Python buildpack stopped where it should not.

		The command that failed (line ${2}):
		${1}

		If your disk is not full and you may write to the build and cache
		directories, then this is a bug in Slugfit: please report it with
		the lines above.
	TEXT
	facts::set failure_reason internal-error::unhandled
	facts::set failure_detail "${1}"
}
