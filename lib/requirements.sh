# shellcheck shell=bash
# The app's files while the wrapped buildpack runs: that buildpack chooses the package manager by the
# files it finds, and compares requirements.txt alone with the last build's. For another requirements
# file, or torch without CUDA, the app therefore gets a requirements.txt of Slugfit's for that time.
#
# Usage: source lib/output.sh, lib/slim.sh and lib/requirements.sh, with SCRATCH_DIR set, and call
# requirements::put_back when the script ends, however it ends.
#
# BUILD_DIR/.slugfit-aside/own holds what was set aside, put a copy of what took its place: all that
# is needed to undo it, also for the next run after one that was killed.

readonly REQUIREMENTS_ASIDE='.slugfit-aside'

# Where the files have to be put back; empty if nothing was touched.
requirements_dir=''

# requirements::prepare BUILD_DIR ENV_DIR: asks the engine what the settings need, and puts it in
# place. Ends the build, with nothing changed, for a requirements file that cannot be used.
requirements::prepare() {
	local build_dir="${1}" env_dir="${2}" plan="${SCRATCH_DIR:?}/plan"
	requirements_dir="${build_dir}"
	requirements::put_back
	slim::engine "${build_dir}" prepare "${build_dir}" --env-dir "${env_dir}" --into "${plan}" \
		>"${SCRATCH_DIR}/notes" 2>"${SCRATCH_DIR}/problems"
	if [[ "${slim_status}" -ne 0 ]]; then
		requirements::_give_up "${env_dir}"
		return 0
	fi
	output::indent <"${SCRATCH_DIR}/notes"
	output::warning <"${SCRATCH_DIR}/problems"
	if [[ -f "${plan}/put/requirements.txt" ]]; then
		requirements_dir="${build_dir}"
		requirements::_set_aside "${build_dir}" "${plan}"
	fi
}

# An engine that cannot say is no reason to stop a deploy, but another set of packages is.
requirements::_give_up() {
	local env_dir="${1}"
	if [[ "${slim_status}" -eq 2 || -s "${env_dir}/SLUGFIT_REQUIREMENTS" || -s "${env_dir}/PIP_REQUIREMENTS_FILE" ]]; then
		output::error <"${SCRATCH_DIR:?}/problems"
		exit 1
	fi
	output::warning <"${SCRATCH_DIR}/problems"
	output::warning "Slugfit could not prepare the installation (exit code ${slim_status}); the build goes on without."
}

requirements::_set_aside() {
	local build_dir="${1}" plan="${2}" aside="${1}/${REQUIREMENTS_ASIDE}" name
	# Bash waits for the running program before it runs a trap, so nothing is put back while the
	# wrapped buildpack may still read it.
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	mkdir "${aside}" "${aside}/own"
	cp --recursive "${plan}/put" "${aside}/put"
	while IFS= read -r name; do
		mv "${build_dir}/${name}" "${aside}/own/${name}"
	done <"${plan}/aside"
	cp --recursive "${plan}/put" "${aside}/new"
	# By renames: half a file would not be known for Slugfit's.
	for name in "${aside}"/new/* "${aside}"/new/.[!.]*; do
		if [[ -f "${name}" ]]; then
			mv "${name}" "${build_dir}/"
		fi
	done
}

# requirements::export_vars: exports what the files in place refer to, for the wrapped buildpack.
requirements::export_vars() {
	local file name value
	for file in "${SCRATCH_DIR:?}"/plan/env/*; do
		if [[ -f "${file}" ]]; then
			name="${file##*/}"
			value="$(cat "${file}")"
			export "${name}=${value}"
			installer_names+=("${name}")
		fi
	done
}

# requirements::explain: after a failed build, what Slugfit's own lines may have to do with it.
requirements::explain() {
	if [[ -f "${SCRATCH_DIR:?}/plan/put/slugfit-torch-cpu.txt" ]]; then
		output::warning <<-'END'
			If pip says above that the user requested nvidia-…<0: that is SLUGFIT_TORCH. It keeps the
			CUDA libraries out, and no torch without them fits the requirements. Ask for a version that
			the index of CPU wheels has, or unset SLUGFIT_TORCH.
		END
	fi
}

# requirements::tell_no_effect BUILD_DIR ENV_DIR: for a build in which heroku/python has installed the
# packages before Slugfit runs.
requirements::tell_no_effect() {
	local setting value names=''
	for setting in requirements torch; do
		value="$(slim::setting "${1}" "${2}" "${setting}")"
		if [[ -n "${value}" ]]; then
			names+="${names:+ and }SLUGFIT_${setting^^}"
		fi
	done
	if [[ -n "${names}" ]]; then
		output::warning <<-END
			Without effect in this build: ${names}. heroku/python ran before Slugfit and has
			installed the packages. Let Slugfit run it instead: heroku buildpacks:remove heroku/python
		END
	fi
}

# requirements::put_back: undoes it. What a hook of the app's wrote in the meantime stays where the
# app itself had nothing. Does nothing the second time.
requirements::put_back() {
	local aside="${requirements_dir}/${REQUIREMENTS_ASIDE}" file name
	[[ -n "${requirements_dir}" && -d "${aside}" && ! -L "${aside}" ]] || return 0
	for file in "${aside}"/put/* "${aside}"/put/.[!.]*; do
		name="${file##*/}"
		if [[ -f "${file}" ]] && cmp --silent "${file}" "${requirements_dir}/${name}"; then
			rm "${requirements_dir}/${name}"
		fi
	done
	for file in "${aside}"/own/* "${aside}"/own/.[!.]*; do
		if [[ -e "${file}" || -L "${file}" ]]; then
			mv --force --no-target-directory "${file}" "${requirements_dir}/${file##*/}"
		fi
	done
	rm --recursive --force "${aside}"
	requirements_dir=''
}
