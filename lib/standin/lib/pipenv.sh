# shellcheck shell=bash
# Apps with a Pipfile.lock.
#
# Usage: source lib/output.sh, lib/profile.sh, lib/tool.sh, lib/pip.sh and lib/pipenv.sh, with
# INDENT and CACHE_DIR set

# shellcheck disable=SC2034 # the cache reads it by its name
readonly PIPENV_VERSION="2026.7.1"

# pipenv::install PREFIX
pipenv::install() {
	tool::install pipenv "${PIPENV_VERSION}" "${CACHE_DIR:?}" "${1}"
	# Install into the slug's Python, not into an environment of the app's own.
	export PIPENV_SYSTEM=1 PIPENV_VERBOSITY=-1 VIRTUAL_ENV="${1}"
	profile::export_only PIPENV_SYSTEM 1
	profile::export_only PIPENV_VERBOSITY -1
	profile::export_only VIRTUAL_ENV "${1}"
}

# pipenv::sync PREFIX: --deploy stops if the lock file does not fit the Pipfile.
pipenv::sync() {
	local command=(pipenv install --deploy)
	if [[ -v INSTALL_TEST ]]; then
		command+=(--dev)
	fi
	pip::index_setting
	output::step "Installing dependencies using '${command[*]}'"
	if ! PIPENV_NOSPIN=1 PIP_SRC="${1}/src" "${command[@]}" |& "${INDENT[@]:?}"; then
		tool::failed pipenv
	fi
}
