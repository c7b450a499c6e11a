# shellcheck shell=bash
# The installer's settings. Config vars are files in ENV_DIR that no platform exports by itself, and
# heroku/python hands one of them to pip, none to Poetry or uv. These functions export the safe ones:
# call them in a subshell that then runs the wrapped buildpack, and nothing else.
#
# Usage: source lib/output.sh, lib/cache.sh and lib/environment.sh
#
# Names alone are ever printed: values are secrets (an index URL holds a token).

# The names of what was exported: the app's config vars, and the defaults.
installer_names=()
default_names=()

# More would make every program fail to start: the kernel takes 128 KiB a variable.
readonly ENVIRONMENT_LARGEST=130000

# environment::export_installer_vars ENV_DIR: exports the allowed config vars as they are, less
# trailing line breaks.
environment::export_installer_vars() {
	local env_dir="${1}" file name value
	# Letters in a pattern are ASCII's and the order is the bytes', whatever the machine's language.
	local LC_ALL=C
	installer_names=()
	for file in "${env_dir}"/*; do
		name="$(environment::_allowed "${file##*/}")"
		[[ -n "${name}" ]] || continue
		value="$(environment::_problem "${file}")"
		if [[ -n "${value}" ]]; then
			output::warning "The config var ${name} ${value}; it is not passed on."
			continue
		fi
		value="$(cat "${file}")"
		export "${name}=${value}"
		installer_names+=("${name}")
	done
}

# Prints the name if a config var of this name may be passed on. What moves the environment away from
# where the buildpack puts it, or names the version of a tool that the buildpack installs, may not.
environment::_allowed() {
	[[ "${1}" =~ ^[A-Z][A-Z0-9_a-z]*$ ]] || return 0
	case "${1}" in
		PIP_CACHE_DIR | PIP_PREFIX | PIP_PYTHON | PIP_REQUIREMENT | PIP_REQUIRE_VIRTUALENV) ;;
		PIP_ROOT | PIP_SRC | PIP_TARGET | PIP_USER | PIP_VERSION) ;;
		# Slugfit's own: another requirements file, not a setting of pip's.
		PIP_REQUIREMENTS_FILE) ;;
		UV_ACTIVE | UV_CACHE_DIR | UV_LINK_MODE | UV_MANAGED_PYTHON | UV_NO_MANAGED_PYTHON) ;;
		UV_PREFIX | UV_SYSTEM_PYTHON | UV_TARGET | UV_UNMANAGED_INSTALL | UV_VERSION) ;;
		UV_INSTALL_* | UV_INTERNAL_* | UV_PROJECT* | UV_PYTHON* | UV_TOOL_* | UV_VENV_*) ;;
		UV_WORKING_DIR*) ;;
		POETRY_ACTIVE | POETRY_CACHE_DIR | POETRY_CONFIG_DIR | POETRY_DATA_DIR | POETRY_HOME) ;;
		POETRY_PYTHON_* | POETRY_VERSION | POETRY_VIRTUALENVS_*) ;;
		# Credentials to publish with; an installation needs none of them.
		UV_PUBLISH_* | POETRY_PYPI_TOKEN_*) ;;
		PIP_?* | UV_?* | POETRY_?* | CMAKE_?*) printf '%s\n' "${1}" ;;
		CFLAGS | CPPFLAGS | CXXFLAGS | FFLAGS | LDFLAGS | RUSTFLAGS) printf '%s\n' "${1}" ;;
		MAKEFLAGS | MAX_JOBS | PIPENV_PYPI_MIRROR) printf '%s\n' "${1}" ;;
		*) ;;
	esac
}

# Prints why the file of a config var cannot be passed on; nothing if it can.
environment::_problem() {
	local size zeros
	if [[ ! -f "${1}" || ! -r "${1}" ]]; then
		printf 'cannot be read\n'
		return 0
	fi
	size="$(wc --bytes <"${1}")"
	zeros="$(tr --delete --complement '\000' <"${1}" | wc --bytes)"
	if [[ "${zeros}" -gt 0 ]]; then
		printf 'has a zero byte in it, which no environment variable can hold\n'
	elif [[ "${size}" -gt "${ENVIRONMENT_LARGEST}" ]]; then
		printf 'is longer than an environment variable can be (%d bytes)\n' "${size}"
	fi
}

# environment::set_build_defaults ENV_DIR: smaller and faster installs, each only if neither the
# environment nor a config var decides about it. None may change which versions are installed.
environment::set_build_defaults() {
	local env_dir="${1}"
	default_names=()
	environment::_default "${env_dir}" CMAKE_BUILD_TYPE Release
	environment::_default "${env_dir}" PIP_DISABLE_PIP_VERSION_CHECK 1
	# People set it, and CMake takes it as an option only, not from the environment.
	if [[ -n "${CMAKE_CXX_FLAGS:-}" && ! -v CXXFLAGS && ! -e "${env_dir}/CXXFLAGS" ]]; then
		export CXXFLAGS="${CMAKE_CXX_FLAGS}"
		output::indent 'CMAKE_CXX_FLAGS is passed on as CXXFLAGS: CMake does not read it from the environment.'
	fi
}

environment::_default() {
	local env_dir="${1}" name="${2}" value="${3}"
	if [[ ! -v "${name}" && ! -e "${env_dir}/${name}" ]]; then
		export "${name}=${value}"
		default_names+=("${name}")
	fi
}

# environment::tell: says in one line, by name, what the wrapped buildpack gets.
environment::tell() {
	local passed="${installer_names[*]}" defaults="${default_names[*]}"
	output::indent "Installer settings: ${passed:-no config vars}${defaults:+; by default ${defaults}}"
}

# environment::forget_stale_installs CACHE_DIR: what is installed in the cache was installed under
# the settings of its time, and the wrapped buildpack does not compare them: a package built with old
# CFLAGS would stay for ever. So when they change, the installed packages go from the cache. The
# record is a hash, because the values are secrets.
environment::forget_stale_installs() {
	local cache_dir="${1}" record="${1}/slugfit/installer-settings.sha256" last now
	# Without a record the cache is from a build that passed nothing on.
	last="$(sha256sum </dev/null)"
	if [[ -f "${record}" ]]; then
		last="$(cat "${record}")"
	fi
	now="$(environment::serialized | sha256sum)"
	if [[ "${now}" != "${last}" && -d "${cache_dir}/.heroku/python" ]]; then
		output::indent 'Installing from scratch: the installer settings changed since the last build.'
		# .heroku/python-version stays: it keeps an app without a pinned Python on its version.
		rm --recursive --force "${cache_dir}/.heroku/python" "${cache_dir}/.heroku/python-poetry" \
			"${cache_dir}/.heroku/python-uv"
	fi
	cache::replace_file "${record}" "${now}"
}

# environment::serialized: prints the settings, NAME=VALUE, each with a zero byte behind it.
environment::serialized() {
	local name
	for name in ${installer_names[@]+"${installer_names[@]}"}; do
		printf '%s=%s\0' "${name}" "${!name}"
	done
}
