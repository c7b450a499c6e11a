# shellcheck shell=bash
# Wheels that a build compiles from source, kept for the next build. The standard buildpack keeps the
# installed packages only: a changed requirements.txt or a new Python compiles everything again.
#
# Usage: source lib/cache.sh, lib/environment.sh, lib/slim.sh and lib/wheels.sh. wheels::use belongs into the
# subshell that runs the wrapped buildpack, wheels::settle after it.
#
# CACHE_DIR/slugfit/wheels holds a cache for each package manager; lib/slugfit/wrapping/wheels.py says what of
# them stays. UV_NO_CACHE=1 and PIP_NO_CACHE_DIR=1 switch theirs off.

# Of the environment, what a compiler reads: earlier buildpacks (apt, say) point it at their libraries.
readonly WHEELS_COMPILERS=(STACK CC CXX CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH
	LIBRARY_PATH LD_LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH
	CFLAGS CPPFLAGS CXXFLAGS FFLAGS LDFLAGS RUSTFLAGS CMAKE_ARGS CMAKE_BUILD_TYPE)

# wheels::use BUILD_DIR CACHE_DIR: points the package managers at their caches, each unless the
# environment decides about it, after the installer's settings were exported.
wheels::use() {
	local build_dir="${1}" cache_dir="${2}" wheels="${2}/slugfit/wheels" devices
	wheels::_forget_stale "${build_dir}" "${wheels}"
	export PIP_CACHE_DIR="${PIP_CACHE_DIR:-${wheels}/pip}"
	export PIPENV_CACHE_DIR="${PIPENV_CACHE_DIR:-${wheels}/pipenv}"
	export POETRY_CACHE_DIR="${POETRY_CACHE_DIR:-${wheels}/poetry}"
	if [[ -f "${build_dir}/requirements.txt" ]]; then
		export -f pip
	fi
	devices="$(stat --format=%d "${build_dir}" "${cache_dir}" | uniq | wc --lines)"
	# uv links files out of its cache, which on another disk would become slow copies.
	if [[ -f "${build_dir}/uv.lock" && ! -v UV_CACHE_DIR && "${devices}" -eq 1 ]]; then
		export WHEELS_OF_UV="${wheels}/uv"
		export -f uv
	fi
}

# The wrapped buildpack calls pip with --no-cache-dir, which no variable can undo, and sets uv's
# UV_CACHE_DIR itself. It is a bash script, and bash takes an exported function for a command of that
# name. Should it call them otherwise one day, then nothing is kept, and nothing else changes. Only
# the program that the app is installed with gets one: hooks may look for the other.
pip() {
	local argument arguments=()
	for argument in "$@"; do
		if [[ "${argument}" != --no-cache-dir || "${*:1:3}" != 'install -r requirements.txt' ]]; then
			arguments+=("${argument}")
		fi
	done
	command pip "${arguments[@]}"
}

uv() {
	UV_CACHE_DIR="${WHEELS_OF_UV}" command uv "$@"
}

# What was compiled under other settings, on another stack or beside other libraries goes.
wheels::_forget_stale() {
	local build_dir="${1}" wheels="${2}" record="${2}/made-with.sha256" last='' now found new
	now="$(wheels::_surroundings "${build_dir}" | sha256sum)"
	if [[ -f "${record}" ]]; then
		last="$(cat "${record}")"
	fi
	if [[ "${now}" != "${last}" ]]; then
		found="$(find "${wheels}" -name '*.whl' -print -quit 2>/dev/null || true)"
		if [[ -n "${found}" ]]; then
			output::indent 'Compiling afresh: the settings, the stack or the libraries changed since the wheels were made.'
		fi
		new="$(cache::new_folder "${wheels}")"
		printf '%s\n' "${now}" >"${new}/${record##*/}"
		cache::replace_folder "${new}" "${wheels}"
	fi
}

# The build's folder has another name in every build, and says nothing.
wheels::_surroundings() {
	local build_dir="${1}" name value
	environment::serialized
	for name in "${WHEELS_COMPILERS[@]}"; do
		value="${!name:-}"
		printf '%s=%s\0' "${name}" "${value//"${build_dir}"/}"
	done
	if [[ -f "${build_dir}/Aptfile" ]]; then
		cat "${build_dir}/Aptfile"
	fi
}

# wheels::settle BUILD_DIR CACHE_DIR ENV_DIR: leaves of the caches what is worth keeping, and says so.
# Also after a failed build, whose next try compiles less. No failure here is the build's.
wheels::settle() {
	local build_dir="${1}" cache_dir="${2}" env_dir="${3}" wheels="${2}/slugfit/wheels"
	wheels::_prune_uv "${cache_dir}"
	slim::engine "${build_dir}" settle "${build_dir}" --env-dir "${env_dir}" --wheels "${wheels}" \
		>"${SCRATCH_DIR:?}/notes" 2>"${SCRATCH_DIR}/problems"
	output::indent <"${SCRATCH_DIR}/notes"
	output::warning <"${SCRATCH_DIR}/problems"
	if [[ "${slim_status}" -ne 0 ]]; then
		# Downloads and all, it could grow without end.
		cache::remove_folder "${wheels}"
		output::warning "Slugfit kept no compiled wheels (exit code ${slim_status})."
	fi
}

# uv knows its own cache best: --ci drops all but what was compiled.
wheels::_prune_uv() {
	local cache_dir="${1}" wheels="${1}/slugfit/wheels" program
	[[ -d "${wheels}/uv" ]] || return 0
	for program in "${cache_dir}"/.heroku/python-uv/{uv,bin/uv}; do
		if [[ -x "${program}" ]] && UV_CACHE_DIR="${wheels}/uv" "${program}" cache prune --ci &>/dev/null; then
			return 0
		fi
	done
	cache::remove_folder "${wheels}/uv"
}
