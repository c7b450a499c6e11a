# shellcheck shell=bash
# What people read in the log: plain text, no colour.
#
# Usage: source lib/output.sh. All but output::step print TEXT, or stdin if there is none. Works in
# bash 3.2 too. lib/standin/lib/output.sh is a copy of this file.

# Where warnings and errors go: 1, which every platform shows, or 2 where stdout is an answer.
output_stream=1
# Not empty once output::error has told why the script stops; SCRATCH_DIR/told is the same.
output_error_told=''

# output::step TEXT: one line that opens a step.
output::step() {
	printf -- '-----> %s\n' "${1}"
}

# output::indent [TEXT]: what belongs to the step above.
output::indent() {
	output::_prefix '       ' "$@"
}

# output::warning [TEXT]: something to act on; the build goes on.
output::warning() {
	output::_prefix ' !     ' "$@" >&"${output_stream}"
}

# output::error [TEXT]: why the build stops here. The caller stops it.
output::error() {
	output_error_told=yes
	# A subshell's variables end with it, and its failure is its parent's too.
	if [[ "${BASH_SUBSHELL}" -gt 0 && -d "${SCRATCH_DIR:-}" ]]; then
		: >"${SCRATCH_DIR}/told"
	fi
	{
		printf '\n'
		output::_prefix ' !     ' "$@"
		printf '\n'
	} >&"${output_stream}"
}

output::_prefix() {
	local prefix="${1}" line
	if [[ "$#" -gt 1 ]]; then
		output::_prefix "${prefix}" <<<"${2}"
		# With a number: in a trap a bare one means the exit code from before the trap.
		return 0
	fi
	# A last line without a line break is printed too, and an empty one without trailing blanks.
	while IFS= read -r line || [[ -n "${line}" ]]; do
		line="${prefix}${line}"
		printf '%s\n' "${line%"${line##*[![:space:]]}"}"
	done
}
