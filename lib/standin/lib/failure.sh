# shellcheck shell=bash
# Failures that nobody foresaw: each is told once, with the command, the function and the line, and what
# to do. Those that were foreseen end in output::error, and nothing is added to them.
#
# Usage: source lib/output.sh and lib/failure.sh, under `set -euo pipefail -o errtrace`, and call
# failure::watch. Works in bash 3.2 too. lib/standin/lib/failure.sh is a copy of this file.

readonly FAILURE_ADVICE="What the command itself said is above. Try again: the machine may have had a bad moment,
such as a full disk. If it stops here again, report it with this log:
https://github.com/slugfit/slugfit/issues"

# What has failed, as a sentence; empty until something has.
failure_told=''
failure_is_ending=''

# failure::watch WHO CLEAN_UP [ANSWER]: from here on a command that fails without being asked about is
# told as a failure of WHO, at the end of the script, on the stream of warnings. The exit code is then
# 1; with ANSWER, that is printed on stdout, and the exit code is 0. CLEAN_UP is a command of one word,
# run when the script ends, however it ends. A subshell may call this for itself.
failure::watch() {
	failure_who="${1}" failure_clean_up="${2}" failure_answer="${3:-}"
	failure_level="${BASH_SUBSHELL}"
	failure::_set_trap
	trap 'failure::_end "$?"' EXIT
}

# failure::unwatch: from here on the exit codes of commands are looked at, and not told. The other
# things that end a script stay.
failure::unwatch() {
	trap - ERR
}

failure::_set_trap() {
	trap 'failure::_note "$?" "${BASH_COMMAND}"' ERR
}

# The ERR trap. It says nothing yet: the failing function's stdout may be redirected. A subshell's
# failure is its parent's too, one level up and less exact, so the first note of it is kept.
failure::_note() {
	local status="${1}" command="${2%%$'\n'*}" function="${FUNCNAME[1]}" file="${BASH_SOURCE[1]}"
	local record="${SCRATCH_DIR:+${SCRATCH_DIR}/failure}" place sentence
	if [[ "${function}" == main ]]; then
		function="the script"
	fi
	place="in ${function}, ${file#"${BUILDPACK_DIR:-}/"}:${BASH_LINENO[0]}."
	if [[ -n "${failure_is_ending}" ]]; then
		# Bash does not name the commands of a trap. What could not be done before cannot be done now.
		if [[ "${failure_told}" != *"${place}" ]]; then
			failure_told="the clean-up failed (exit code ${status}) ${place}"
			failure::_tell
		fi
		return 0
	fi
	sentence="'${command}' failed (exit code ${status}) ${place}"
	if [[ "${BASH_SUBSHELL}" -gt "${failure_level}" ]]; then
		if [[ -n "${record}" && ! -s "${record}" ]]; then
			printf '%s\n' "${sentence}" 2>/dev/null >"${record}" || true
		fi
		return 0
	fi
	if [[ -n "${record}" && -s "${record}" ]]; then
		IFS= read -r sentence <"${record}" || true
		rm -f "${record}" || true
	fi
	if [[ -z "${output_error_told}" && ! -e "${SCRATCH_DIR:+${SCRATCH_DIR}/told}" ]]; then
		failure_told="${sentence}"
	fi
}

# The EXIT trap: no function is running any more, and nothing is redirected.
failure::_end() {
	local status="${1}"
	failure_is_ending=yes
	# Whatever becomes of the log, what follows has to run.
	failure::unwatch
	set +o errexit
	if [[ -n "${failure_told}" ]]; then
		failure::_tell
		status=1
		if [[ -n "${failure_answer}" ]]; then
			printf '%s\n' "${failure_answer}"
			status=0
		fi
	fi
	# A signal can come while neither is on.
	set -o errexit
	failure::_set_trap
	"${failure_clean_up}"
	exit "${status}"
}

failure::_tell() {
	output::error "${failure_who} stopped: ${failure_told}
${FAILURE_ADVICE}"
}
