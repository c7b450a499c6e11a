# shellcheck shell=bash
# One build: what the platform passed in, and which way it goes.
#
# Usage: source the other files of lib/, then lib/build.sh, with BUILDPACK_DIR set.

# build::begin NAME BUILD_DIR CACHE_DIR [ENV_DIR]: what every build starts with, up to the app's
# models: those come before the installation, which takes longer to fail, and whose hooks may load
# one. Sets SCRATCH_DIR, which is gone at the end.
build::begin() {
	SCRATCH_DIR=''
	failure::watch "Slugfit's ${1}" build::clean_up
	SCRATCH_DIR="$(mktemp --directory)"
	build::arguments "$@"
	build::end_if_repeated
	slim::begin_report "${CACHE_DIR}"
	rm --recursive --force "${BUILDPACK_DIR:?}/export" "${BUILDPACK_DIR}/.upstream"
	cache::sweep "${CACHE_DIR}/slugfit"
	slim::check_config "${BUILD_DIR}" "${ENV_DIR}"
	slim::models "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}"
}

# build::arguments NAME BUILD_DIR CACHE_DIR [ENV_DIR]: checks them and sets BUILD_DIR, CACHE_DIR and
# ENV_DIR, all absolute. Platforms differ: the cache folder may not be there yet, and the folder of
# config vars may be missing, or not be passed at all.
build::arguments() {
	if [[ "$#" -lt 3 || "$#" -gt 4 || ! -d "${2}" || -z "${3}" ]]; then
		output::error "Usage: ${1} BUILD_DIR CACHE_DIR ENV_DIR, where BUILD_DIR is the app's folder."
		exit 2
	fi
	BUILD_DIR="$(build::_absolute "${2}")"
	mkdir --parents -- "${3}"
	CACHE_DIR="$(build::_absolute "${3}")"
	if [[ -n "${4:-}" && -d "${4}" ]]; then
		ENV_DIR="$(build::_absolute "${4}")"
	else
		ENV_DIR="${SCRATCH_DIR:?}/env"
		mkdir --parents "${ENV_DIR}"
	fi
}

build::_absolute() {
	cd -- "${1}" && pwd
}

# build::mode: prints `chain` if heroku/python ran earlier in this build, else `wrap`. Its variables
# are what tells the two apart: a .heroku/python without them came with the app's source, and the
# wrapped buildpack has a better error for that than Slugfit.
build::mode() {
	if [[ -e "${BUILD_DIR:?}/.heroku/python/bin/python" && -n "${PYTHONHOME:-}" ]]; then
		printf 'chain\n'
	else
		printf 'wrap\n'
	fi
}

# build::end_if_repeated: ends the build step if Slugfit ran earlier in this build. Its variable can
# only come from the `export` file of that run.
build::end_if_repeated() {
	if [[ -n "${BUILT_WITH_SLUGFIT:-}" ]]; then
		output::step 'Slugfit: nothing to do, because it ran earlier in this build'
		output::warning "Slugfit is among the app's buildpacks twice. Take one of the two out:"
		output::warning 'heroku buildpacks, then heroku buildpacks:remove --index NUMBER'
		exit 0
	fi
}

# build::export_mark: tells a second Slugfit in the same build that it is one.
build::export_mark() {
	printf 'export BUILT_WITH_SLUGFIT=1\n' >>"${BUILDPACK_DIR:?}/export"
}

# build::wrap SCRIPT: obtains the standard buildpack and runs one of its scripts with the arguments
# that the platform gave to this one. Its exit code is the build's. What it exports for later
# buildpacks is copied to where the platform looks for it.
build::wrap() {
	local value status
	# Told once: until a build has ended well, the list of buildpacks may be new.
	if [[ ! -e "${CACHE_DIR}/slugfit/report.json" ]]; then
		output::indent 'Slugfit runs heroku/python itself. Where that is listed after Slugfit, take it out, or the'
		output::indent 'build fails there: heroku buildpacks:remove heroku/python'
	fi
	value="$(slim::setting "${BUILD_DIR}" "${ENV_DIR}" upstream)"
	requirements::prepare "${BUILD_DIR}" "${ENV_DIR}"
	upstream::obtain "${value}" "${CACHE_DIR}" "${BUILDPACK_DIR}/.upstream" "${1}"
	# Not with `||`, which would switch errexit off inside.
	set +o errexit
	failure::unwatch
	build::_run "${BUILDPACK_DIR}/.upstream/bin/${1}"
	status=$?
	set -o errexit
	failure::watch "${failure_who}" build::clean_up
	requirements::put_back
	wheels::settle "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}"
	if [[ "${status}" -ne 0 ]]; then
		requirements::explain
		exit "${status}"
	fi
	if [[ -f "${BUILDPACK_DIR}/.upstream/export" ]]; then
		cp "${BUILDPACK_DIR}/.upstream/export" "${BUILDPACK_DIR}/export"
	fi
}

# A subshell: the installer's settings are for the wrapped buildpack alone. What fails in here before
# that one runs is told in here.
build::_run() (
	set -o errexit
	failure::watch "${failure_who}" :
	environment::export_installer_vars "${ENV_DIR}"
	requirements::export_vars
	environment::set_build_defaults "${ENV_DIR}"
	environment::tell
	environment::forget_stale_installs "${CACHE_DIR}"
	# The app's own hook may slim as well: not before this buildpack does, whose cache stays whole.
	export WRAPPED_BY_SLUGFIT=1
	wheels::use "${BUILD_DIR}" "${CACHE_DIR}"
	exec "${1}" "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}"
)

# build::clean_up: when the script ends, however it ends. The app's own files first.
build::clean_up() {
	requirements::put_back
	if [[ -n "${SCRATCH_DIR}" ]]; then
		rm --recursive --force "${SCRATCH_DIR}"
	fi
}
