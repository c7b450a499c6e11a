# shellcheck shell=bash
# Apps with a uv.lock.
#
# Usage: source lib/output.sh, lib/profile.sh, lib/tool.sh and lib/uv.sh, with INDENT and CACHE_DIR
# set

# shellcheck disable=SC2034 # the cache reads it by its name
readonly UV_VERSION="0.12.5"

# uv::install PREFIX
uv::install() {
	tool::install uv "${UV_VERSION}" "${CACHE_DIR:?}" "${1}"
	# Install into the slug's Python, and never fetch another one.
	export UV_PROJECT_ENVIRONMENT="${1}" UV_NO_MANAGED_PYTHON=1 UV_PYTHON_DOWNLOADS=never
	# On the platform uv links its cache's files into the slug. Here that cache is the developer's,
	# shared by all their projects: a hook that writes in place must not reach it.
	export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
	profile::export_only UV_PROJECT_ENVIRONMENT "${1}"
	profile::export_only UV_NO_MANAGED_PYTHON 1
	profile::export_only UV_PYTHON_DOWNLOADS never
	profile::export_only UV_LINK_MODE "${UV_LINK_MODE}"
}

# uv::sync PREFIX
uv::sync() {
	local command=(uv sync --locked)
	if [[ ! -v INSTALL_TEST ]]; then
		command+=(--no-default-groups)
	fi
	output::step "Installing dependencies using '${command[*]}'"
	if ! "${command[@]}" --compile-bytecode --no-progress |& "${INDENT[@]:?}"; then
		tool::failed uv
	fi
}
