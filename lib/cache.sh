# shellcheck shell=bash
# Files and folders in the build cache, which several builds may share and change at the same time:
# each writes under a name of its own, and a rename puts what it wrote in place, whole.
#
# Usage: source lib/cache.sh

# cache::replace_file FILE TEXT: makes TEXT, a line, the content of FILE.
cache::replace_file() {
	local file="${1}" text="${2}" new
	mkdir --parents "${file%/*}"
	new="$(mktemp "${file}.new.XXXXXXXXXX")"
	chmod +r "${new}"
	printf '%s\n' "${text}" >"${new}"
	mv --force --no-target-directory "${new}" "${file}"
}

# cache::new_folder FOLDER: prints an empty folder of this build's own, beside FOLDER.
cache::new_folder() {
	local new
	mkdir --parents "${1%/*}"
	new="$(mktemp --directory "${1}.new.XXXXXXXXXX")"
	chmod +rx "${new}"
	printf '%s\n' "${new}"
}

# cache::replace_folder NEW FOLDER: puts NEW in the place of FOLDER. Where another build puts its own
# there at the same moment, one of the two stays; both are whole.
cache::replace_folder() {
	local new="${1}" folder="${2}"
	cache::remove_folder "${folder}"
	if ! mv --no-target-directory "${new}" "${folder}" 2>/dev/null; then
		rm --recursive --force "${new}"
	fi
}

# cache::remove_folder FOLDER: by a rename first, so that nobody sees half of it, and what another
# build writes in it meanwhile is in nobody's way.
cache::remove_folder() {
	local folder="${1}" aside
	if [[ -d "${folder}" ]]; then
		aside="$(mktemp --directory "${folder}.new.XXXXXXXXXX")"
		mv --no-target-directory "${folder}" "${aside}" 2>/dev/null || true
		rm --recursive --force "${aside}" 2>/dev/null || true
	fi
}

# cache::sweep FOLDER: removes what builds that were killed have left in FOLDER. No build takes an
# hour to write something: what is younger may be in use.
cache::sweep() {
	if [[ -d "${1}" ]]; then
		find "${1}" -mindepth 1 -maxdepth 1 -name '*.new*' -mmin +60 \
			-exec rm --recursive --force -- {} + 2>/dev/null || true
	fi
}
