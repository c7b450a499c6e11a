#!/usr/bin/env bash
# What the build log shows. Steps and commands go to stdout, warnings and errors to stderr; plain
# text, so that a log file and a terminal show the same.
set -euo pipefail

# A command's output is set under its step: `COMMAND |& "${INDENT[@]}"`. An array, not a function:
# bash would switch `errexit` off inside a function whose status is looked at.
# shellcheck disable=SC2034 # the files that source this one use it
readonly INDENT=(sed --unbuffered 's/^/       /')

# output::step TEXT
function output::step() {
	printf -- '-----> %s\n' "${1}"
}

# output::warning <<TEXT
function output::warning() {
	printf '\n' >&2
	sed 's/^/ !     /; s/ *$//' >&2
	printf '\n' >&2
}

# output::fail REASON [DETAIL] <<TEXT: tell what happened, why and what to do, and stop the build.
# REASON and DETAIL go into the report.
function output::fail() {
	output::warning
	facts::set failure_reason "${1}"
	if [[ -n "${2:-}" ]]; then
		facts::set failure_detail "${2}"
	fi
	exit 1
}
