#!/usr/bin/env bash
# The app's config vars: a file each in ENV_DIR, which hooks and collectstatic get and the install
# does not.
#
# Run, not sourced:  ENV_DIR=… bash config.sh COMMAND ARGUMENT…
#   runs COMMAND with the config vars in its environment, all but those that would break the build.
#   It is a process of its own, so that no name among them (IFS, BUILD_DIR, CACHE_DIR) can
#   reach the variables of the build's own scripts.

set -euo pipefail -o errtrace

# config::value NAME: the config var, else the variable of that name, else nothing.
config::value() {
	if [[ -f "${ENV_DIR:-}/${1}" ]]; then
		cat "${ENV_DIR}/${1}"
	else
		printf '%s\n' "${!1:-}"
	fi
}

# config::_export: put the config vars into the environment.
config::_export() {
	local config_file config_name config_value
	for config_file in "${ENV_DIR:-}"/*; do
		config_name="${config_file##*/}"
		case "${config_name}" in
			PATH | CPATH | CPPATH | LD_PRELOAD | LIBRARY_PATH | LD_LIBRARY_PATH | PYTHONHOME) continue ;;
			config_file | config_name | config_value) continue ;;
			*) ;;
		esac
		if [[ -f "${config_file}" && "${config_name}" =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
			config_value="$(cat "${config_file}")"
			# bash's own read-only names (UID, SHELLOPTS) cannot be set, here or on the platform.
			export "${config_name}=${config_value}" || true
		fi
	done
}

if [[ "${BASH_SOURCE[0]}" == "${0}" ]]; then
	config::_export
	exec "$@"
fi
