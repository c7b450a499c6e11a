# shellcheck shell=bash
# What this build knows about itself: lines of KEY<tab>KIND<tab>VALUE in CACHE_DIR, the last one of
# a key wins. A line is appended, never rewritten, so subshells and failed builds leave theirs too.
# bin/report prints them as JSON.
#
# Usage: source lib/output.sh and lib/facts.sh, with CACHE_DIR set.

readonly FACTS_FILE="${CACHE_DIR:?}/build-data/slugfit-standin"
# The facts of the build that the cache holds the result of, whatever failed since.
readonly CACHED_FACTS_FILE="${CACHE_DIR}/.heroku/slugfit-standin"

# facts::start: forget the last build's facts.
facts::start() {
	mkdir --parents "${FACTS_FILE%/*}"
	: >"${FACTS_FILE}"
}

# facts::set KEY VALUE: a string, cut after 200 characters as the platform wants them short.
facts::set() {
	local value="${2//[[:cntrl:]]/ }"
	printf '%s\tstring\t%s\n' "${1}" "${value:0:200}" >>"${FACTS_FILE}"
}

# facts::set_raw KEY JSON: a number or a boolean.
facts::set_raw() {
	printf '%s\traw\t%s\n' "${1}" "${2}" >>"${FACTS_FILE}"
}

# facts::now: microseconds since the epoch.
facts::now() {
	# Some locales write the fraction after a comma.
	printf '%s\n' "${EPOCHREALTIME//[.,]/}"
}

# facts::took KEY START: the seconds since START, a value of facts::now.
facts::took() {
	local now
	now="$(facts::now)"
	local elapsed=$((now - ${2}))
	local seconds
	printf -v seconds '%d.%06d' "$((elapsed / 1000000))" "$((elapsed % 1000000))"
	facts::set_raw "${1}" "${seconds}"
}

# facts::cached KEY: a string of the build in the cache, or nothing.
facts::cached() {
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

# facts::fail REASON [DETAIL] <<TEXT: tell what happened, why and what to do, and stop the build.
# REASON and DETAIL go into the report.
facts::fail() {
	output::error
	facts::set failure_reason "${1}"
	if [[ -n "${2:-}" ]]; then
		facts::set failure_detail "${2}"
	fi
	exit 1
}
