# shellcheck shell=bash
# Apps with a requirements.txt.
#
# Usage: source lib/output.sh, lib/facts.sh, lib/profile.sh, lib/tool.sh and lib/pip.sh, with INDENT
# set

readonly PIP_VERSION="26.2.1"
readonly SETUPTOOLS_VERSION="70.3.0"

# pip::install PREFIX: pip into the slug, where apps have always found it, and up to Python 3.12
# setuptools.
pip::install() {
	local series="${python_version:?}" specs=("pip==${PIP_VERSION}") pip told packages present
	local text="pip ${PIP_VERSION}"
	packages="${1}/lib/python${series%.*}/site-packages"
	present="${packages}/pip-${PIP_VERSION}.dist-info/METADATA"
	series="${series%.*}"
	if [[ "${series#3.}" -le 12 ]]; then
		specs+=("setuptools==${SETUPTOOLS_VERSION}")
		text+=" and setuptools ${SETUPTOOLS_VERSION}"
		facts::set setuptools_version "${SETUPTOOLS_VERSION}"
	fi
	facts::set pip_version_requested "${PIP_VERSION}"
	output::step "Installing ${text}"
	# The last build's packages may have brought other versions: only what is there counts.
	if [[ ! -f "${present}" || ("${#specs[@]}" -eq 2 && ! -f "${packages}/setuptools-${SETUPTOOLS_VERSION}.dist-info/METADATA") ]]; then
		pip="$(tool::pip_path "${1}")"
		tool::pip_install pip python "${pip}" "${specs[@]}"
	fi
	told="$(python -m pip --version)"
	read -r _ told _ <<<"${told}"
	facts::set pip_version "${told}"
	export PIP_DISABLE_PIP_VERSION_CHECK=1
	profile::set_always PIP_DISABLE_PIP_VERSION_CHECK 1
}

# pip::index_setting: the one config var that the standard buildpack hands to pip and Pipenv.
pip::index_setting() {
	if [[ -r "${ENV_DIR:-}/PIP_EXTRA_INDEX_URL" ]]; then
		PIP_EXTRA_INDEX_URL="$(<"${ENV_DIR}/PIP_EXTRA_INDEX_URL")"
		export PIP_EXTRA_INDEX_URL
	fi
}

# pip::sync PREFIX: install what requirements.txt asks for, and for tests requirements-test.txt too.
# Without pip's cache, as on the platform: what is cached is the installed packages.
pip::sync() {
	local command=(pip install -r requirements.txt)
	if [[ -v INSTALL_TEST && -f requirements-test.txt ]]; then
		command+=(-r requirements-test.txt)
	fi
	pip::index_setting
	output::step "Installing dependencies using '${command[*]}'"
	if ! "${command[@]}" --exists-action=w --no-cache-dir --no-input --progress-bar off --src="${1}/src" \
		|& sed --unbuffered --regexp-extended 's# in [^ ]*/\.heroku/python/lib/python[0-9.]+/site-packages##' \
		|& "${INDENT[@]:?}"; then
		tool::failed pip
	fi
}
