# shellcheck shell=bash
# The app's own bin/pre_compile and bin/post_compile, run in the build directory.
#
# Usage: source lib/output.sh, lib/facts.sh and lib/hooks.sh, with INDENT and BUILDPACK_DIR set

# hooks::run NAME: run bin/NAME with the config vars, if the app has it.
hooks::run() {
	local hook="bin/${1}" start
	if [[ ! -f "${hook}" ]]; then
		facts::set_raw "${1}_hook" false
		return 0
	fi
	start="$(facts::now)"
	output::step "Running ${hook} hook"
	facts::set_raw "${1}_hook" true
	if [[ ! -x "${hook}" ]]; then
		# Not chmod: the file may share its inode with the developer's own.
		install --mode=755 "${hook}" "${hook}.executable"
		mv "${hook}.executable" "${hook}"
	fi
	if ! bash "${BUILDPACK_DIR:?}/lib/config.sh" "${hook}" |& "${INDENT[@]:?}"; then
		facts::fail "hooks::${1}" <<-TEXT
			Error: the app's ${hook} failed.

			Its output above tells why. Mend the script, or remove it.
		TEXT
	fi
	facts::took "${1}_hook_duration" "${start}"
}
