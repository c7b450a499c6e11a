# shellcheck shell=bash
# Which Pythons this machine has, and in what order they are tried: python3, as people choose it, then
# each python3.N with N from 10 on, the newest first. No version is named, so none can be forgotten.
# lib/slugfit/__main__.py looks in the same order.
#
# Usage: source lib/python.sh. Works in bash 3.2 too. lib/standin/lib/python.sh is a copy of this file.

# python::on_path: prints the programs, one a line. Found is not enough: a version manager's shim can
# be on PATH and start nothing, and python3 can be older, so the caller tries each.
python::on_path() {
	local folder folders=() rest="${PATH}:"
	while [[ -n "${rest}" ]]; do
		folder="${rest%%:*}"
		rest="${rest#*:}"
		# An empty one means the current folder, which may be an app's.
		if [[ -n "${folder}" ]]; then
			folders+=("${folder}")
		fi
	done
	for folder in ${folders[@]+"${folders[@]}"}; do
		if [[ -f "${folder}/python3" && -x "${folder}/python3" ]]; then
			printf '%s\n' "${folder}/python3"
			break
		fi
	done
	# Stable: of several with one number the first on PATH comes first.
	python::_numbered ${folders[@]+"${folders[@]}"} | sort -s -k 1,1nr | cut -f 2-
}

# python::_numbered FOLDER…: prints the number and the program, a tab between them.
python::_numbered() {
	local folder file number
	for folder in "$@"; do
		for file in "${folder}"/python3.[1-9][0-9]*; do
			number="${file##*/python3.}"
			if [[ "${number}" != *[!0-9]* && -f "${file}" && -x "${file}" ]]; then
				printf '%s\t%s\n' "${number}" "${file}"
			fi
		done
	done
}
