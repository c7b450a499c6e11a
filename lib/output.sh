# shellcheck shell=bash
# What people read in the build log: plain text, no colour, all on stdout, which is the stream that
# every platform shows.
#
# Usage: source lib/output.sh. All but output::step print TEXT, or stdin if there is none.

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
	output::_prefix ' !     ' "$@"
}

# output::error [TEXT]: why the build stops here. The caller stops it.
output::error() {
	printf '\n'
	output::_prefix ' !     ' "$@"
	printf '\n'
}

output::_prefix() {
	local prefix="${1}" line
	if [[ "$#" -gt 1 ]]; then
		output::_prefix "${prefix}" <<<"${2}"
		return
	fi
	# A last line without a line break is printed too, and an empty one without trailing blanks.
	while IFS= read -r line || [[ -n "${line}" ]]; do
		line="${prefix}${line}"
		printf '%s\n' "${line%"${line##*[![:space:]]}"}"
	done
}
