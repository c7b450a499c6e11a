# shellcheck shell=bash
# Apps with a poetry.lock.
#
# Usage: source lib/output.sh, lib/facts.sh, lib/profile.sh, lib/tool.sh and lib/poetry.sh, with
# INDENT and CACHE_DIR set

# shellcheck disable=SC2034 # the cache reads it by its name
readonly POETRY_VERSION="2.4.1"

# poetry::install PREFIX
poetry::install() {
	tool::install poetry "${POETRY_VERSION}" "${CACHE_DIR:?}" "${1}"
	# Poetry lives in this machine's Python, so it must be told that the slug's is the one in use.
	export POETRY_VIRTUALENVS_CREATE=false VIRTUAL_ENV="${1}"
	profile::export_only POETRY_VIRTUALENVS_CREATE false
	profile::export_only VIRTUAL_ENV "${1}"
}

# poetry::sync PREFIX
poetry::sync() {
	local command=(poetry sync) place
	if [[ ! -v INSTALL_TEST ]]; then
		command+=(--only main)
	fi
	# `sync` also uninstalls. Without a virtual environment of its own Poetry would do that to this
	# machine's Python if it did not obey VIRTUAL_ENV: make sure before it touches anything.
	place="$(poetry env info --path --no-ansi --no-interaction 2>/dev/null || true)"
	if [[ ! "${place}" -ef "${1}" ]]; then
		facts::fail install-dependencies::poetry "poetry env info: ${place}" <<-TEXT
			Error: Poetry does not use the slug's Python.

			It would install into '${place}', so it was not started.

			Look for settings of Poetry's on this machine that choose another
			environment: 'poetry config --list'.
		TEXT
	fi
	output::step "Installing dependencies using '${command[*]}'"
	if ! "${command[@]}" --compile --no-ansi --no-interaction |& "${INDENT[@]:?}"; then
		tool::failed poetry
	fi
}
