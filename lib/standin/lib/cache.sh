# shellcheck shell=bash
# The build cache: Python with all packages, moved in at the start and linked out at the end.
#
# Usage: source lib/output.sh, lib/facts.sh and lib/cache.sh

# cache::_reasons BUILD_DIR CACHE_DIR STACK MANAGER: print why the cache cannot be used, one a line.
cache::_reasons() {
	local cache="${2}/.heroku" manager="${4}" stack="" version="" before tool
	if [[ -f "${cache}/python-stack" ]]; then
		stack="$(<"${cache}/python-stack")"
	fi
	if [[ -f "${cache}/python-version" ]]; then
		version="$(<"${cache}/python-version")"
	fi
	cache::_changed stack "${stack}" "${3}"
	cache::_changed "Python version" "${version#python-}" "${python_version:?}"
	before="$(facts::cached python_base)"
	if [[ -z "${before}" ]]; then
		printf 'The stand-in did not make this cache\n'
		return 0
	fi
	cache::_changed "place of this machine's Python" "${before}" "${python_base:?}"
	before="$(facts::cached package_manager)"
	cache::_changed "package manager" "${before}" "${manager}"
	if [[ "${before}" == "${manager}" ]]; then
		tool="${manager^^}_VERSION"
		before="$(facts::cached "${manager}_version_requested")"
		cache::_changed "${manager} version" "${before}" "${!tool}"
		cache::_compare_lock "${1}" "${cache}" "${manager}"
	fi
}

# cache::_changed WHAT BEFORE NOW
cache::_changed() {
	if [[ "${2}" != "${3}" ]]; then
		printf 'The %s has changed from %s to %s\n' "${1}" "${2:-unknown}" "${3}"
	fi
}

# cache::_compare_lock BUILD_DIR CACHE MANAGER: pip and Pipenv leave what is no longer asked for, so
# their environments cannot be brought up to date; Poetry and uv sync theirs.
cache::_compare_lock() {
	local name
	case "${3}" in
		pip) name=requirements.txt ;;
		pipenv) name=Pipfile.lock ;;
		*) return 0 ;;
	esac
	if ! cmp --silent "${2}/${name}" "${1}/${name}"; then
		printf 'The contents of %s changed\n' "${name}"
	fi
}

# cache::restore BUILD_DIR CACHE_DIR STACK MANAGER
cache::restore() {
	local cache="${2}/.heroku" start reasons
	start="$(facts::now)"
	if [[ ! -d "${cache}/python" ]]; then
		facts::set cache_status empty
	else
		reasons="$(cache::_reasons "$@")"
		if [[ -n "${reasons}" ]]; then
			output::step "Discarding cache since:"
			printf '       - %s\n' "${reasons//$'\n'/$'\n       - '}"
			rm --recursive --force "${cache}"/python{,-pipenv,-poetry,-uv,-stack,-version} \
				"${cache}"/{requirements.txt,Pipfile.lock} "${CACHED_FACTS_FILE:?}"
			facts::set cache_status discarded
		else
			output::step "Restoring cache"
			mkdir --parents "${1}/.heroku"
			mv "${cache}/python" "${1}/.heroku/"
			facts::set cache_status reused
		fi
	fi
	facts::took cache_restore_duration "${start}"
}

# cache::save BUILD_DIR CACHE_DIR STACK MANAGER: the build's last step, so that the hook's changes
# are kept too. Hard links where they can be: nobody may write in place in the slug from here on.
cache::save() {
	local cache="${2}/.heroku" start devices link=() file
	start="$(facts::now)"
	output::step "Saving cache"
	mkdir --parents "${cache}"
	rm --recursive --force "${cache}/python"
	devices="$(stat --format=%d "${1}" "${2}" | uniq | wc --lines)"
	if [[ "${devices}" -eq 1 ]]; then
		link=(--link)
	fi
	cp --recursive --no-dereference "${link[@]}" "${1}/.heroku/python" "${cache}/"
	printf '%s\n' "${3}" >"${cache}/python-stack"
	printf 'python-%s\n' "${python_version:?}" >"${cache}/python-version"
	for file in requirements.txt Pipfile.lock; do
		if [[ -f "${1}/${file}" ]]; then
			cp "${1}/${file}" "${cache}/${file}"
		fi
	done
	cp "${FACTS_FILE:?}" "${CACHED_FACTS_FILE:?}"
	facts::took cache_save_duration "${start}"
}
