# shellcheck shell=bash
# The bridge to the engine, lib/slugfit: the only place that knows it is written in Python.
#
# Usage: source lib/output.sh, lib/python.sh and lib/slim.sh, with BUILDPACK_DIR set, and SCRATCH_DIR
# for all but slim::python. That works in bash 3.2 as well, because bin/slugfit runs on laptops.

# Isolated (-I: no PYTHON* variable, no user site), without site-packages (-S), and leaving no
# bytecode in the buildpack (-B).
readonly SLIM_PYTHON_OPTIONS=(-I -S -B)
readonly SLIM_PYTHON_CHECK='import sys; sys.exit(sys.version_info < (3, 10))'

# The exit code of the last slim::engine: a variable, so that callers can look at it without
# switching errexit off for everything that a function does.
slim_status=0

# slim::python [BUILD_DIR]: prints the interpreter that runs the engine, the app's own if it can,
# else the machine's. Prints nothing if there is none.
slim::python() {
	local own="${1:+${1}/.heroku/python}" candidates candidate
	if [[ -n "${own}" && -x "${own}/bin/python" ]] && LD_LIBRARY_PATH="${own}/lib" \
		"${own}/bin/python" "${SLIM_PYTHON_OPTIONS[@]}" -c "${SLIM_PYTHON_CHECK}" &>/dev/null; then
		printf '%s\n' "${own}/bin/python"
		return 0
	fi
	candidates="$(python::on_path)"
	while IFS= read -r candidate; do
		if [[ -n "${candidate}" ]] \
			&& "${candidate}" "${SLIM_PYTHON_OPTIONS[@]}" -c "${SLIM_PYTHON_CHECK}" &>/dev/null </dev/null; then
			printf '%s\n' "${candidate}"
			return 0
		fi
	done <<<"${candidates}"
}

# slim::engine BUILD_DIR COMMAND [ARGUMENT…]: runs the engine and leaves its exit code in
# slim_status. BUILD_DIR (may be empty) is where an interpreter of the app's may be found.
slim::engine() {
	local build_dir="${1}" python libraries clean=(env --unset=PYTHONHOME --unset=PYTHONPATH)
	shift
	python="$(slim::python "${build_dir}")"
	libraries="$(slim::_libraries "${build_dir}" "${python}")"
	clean+=("LD_LIBRARY_PATH=${libraries}")
	slim_status=0
	# Bash's own remark about a killed child would land on stderr, with the whole command line.
	{
		"${clean[@]}" "${python:-python3}" "${SLIM_PYTHON_OPTIONS[@]}" \
			"${BUILDPACK_DIR:?}/lib/slugfit" "$@" 2>&3 3>&- || slim_status=$?
	} 3>&2 2>/dev/null
}

# The app's Python needs its own shared libraries first, the machine's must not see them: what an
# earlier buildpack exported points at them.
slim::_libraries() {
	local build_dir="${1}" python="${2}" folder folders=() rest
	if [[ -n "${build_dir}" && "${python}" == "${build_dir}/"* ]]; then
		folders=("${build_dir}/.heroku/python/lib")
	fi
	rest="${LD_LIBRARY_PATH:-}:"
	while [[ -n "${rest}" ]]; do
		folder="${rest%%:*}"
		rest="${rest#*:}"
		if [[ -n "${folder}" && "${folder}" != */.heroku/python/lib ]]; then
			folders+=("${folder}")
		fi
	done
	(
		IFS=:
		printf '%s\n' "${folders[*]-}"
	)
}

# slim::check_config BUILD_DIR ENV_DIR: fails, with every error named, if the configuration is not
# valid.
slim::check_config() {
	local build_dir="${1}" env_dir="${2}" problems="${SCRATCH_DIR:?}/problems" python
	python="$(slim::python "${build_dir}")"
	if [[ -z "${python}" ]]; then
		slim::no_python >"${problems}"
		output::error <"${problems}"
		return 1
	fi
	slim::engine "${build_dir}" config "${build_dir}" --env-dir "${env_dir}" >"${problems}" 2>&1
	slim::_go_on_after config "${build_dir}" "${env_dir}" "${problems}"
}

# slim::models BUILD_DIR CACHE_DIR ENV_DIR: fetches the models that the app asks for. Fails, with the
# reason, if one is missing.
slim::models() {
	local build_dir="${1}" cache_dir="${2}" env_dir="${3}" problems="${SCRATCH_DIR:?}/problems"
	slim::engine "${build_dir}" models "${build_dir}" --env-dir "${env_dir}" --cache-dir "${cache_dir}" \
		--build-log 2>"${problems}"
	slim::_go_on_after models "${build_dir}" "${env_dir}" "${problems}"
}

# Fails, with PROBLEMS in the log, if the end of that STEP means that the build stops. That is for the
# engine's `conclude` to say; one that cannot say even this is heard again where it would slim.
slim::_go_on_after() {
	local step="${1}" build_dir="${2}" env_dir="${3}" problems="${4}"
	if [[ "${slim_status}" -eq 0 ]]; then
		return 0
	fi
	slim::engine "${build_dir}" conclude "${build_dir}" --env-dir "${env_dir}" --step "${step}" \
		--status "${slim_status}" >"${SCRATCH_DIR:?}/answer" 2>>"${problems}"
	if [[ "${slim_status}" -ne 0 && -s "${SCRATCH_DIR}/answer" ]]; then
		cat "${SCRATCH_DIR}/answer" >>"${problems}"
		output::error <"${problems}"
		return "${slim_status}"
	fi
	output::warning <"${problems}"
	output::warning <"${SCRATCH_DIR}/answer"
}

slim::no_python() {
	cat <<-'END'
		Slugfit needs Python 3.10 or newer, and found none.
		Looked for: .heroku/python in the app, then python3 and every python3.10 or newer on PATH.
		Install one of them (every stack from heroku-22 on has one), or remove Slugfit from the
		app's buildpacks.
	END
}

# slim::setting BUILD_DIR ENV_DIR NAME: prints one resolved setting, such as `upstream`; an empty
# line if it is not set. What the engine cannot say is read from the config var alone.
slim::setting() {
	local build_dir="${1}" env_dir="${2}" name="${3}" answer="${SCRATCH_DIR:?}/answer" file
	slim::engine "${build_dir}" config "${build_dir}" --env-dir "${env_dir}" --get "${name}" \
		>"${answer}" 2>/dev/null
	if [[ "${slim_status}" -ne 0 ]]; then
		file="$(tr '[:lower:]' '[:upper:]' <<<"${name}")"
		file="${env_dir}/SLUGFIT_${file}"
		: >"${answer}"
		if [[ -f "${file}" ]]; then
			cp "${file}" "${answer}"
		fi
	fi
	awk 1 "${answer}"
}

# slim::run BUILD_DIR CACHE_DIR ENV_DIR [OPTION…]: slims. What a failure means is decided by the
# engine's `conclude`, in a process of its own: it also undoes what an engine that was killed left.
# Returns non-zero, with the reason in the log, only if the build has to stop.
slim::run() {
	local build_dir="${1}" cache_dir="${2}" env_dir="${3}"
	local answer="${SCRATCH_DIR:?}/answer" problems="${SCRATCH_DIR}/problems"
	shift 3
	slim::engine "${build_dir}" slim "${build_dir}" --env-dir "${env_dir}" --cache-dir "${cache_dir}" \
		--build-log --slugignore-applied "$@" 2>&1
	if [[ "${slim_status}" -eq 0 ]]; then
		return 0
	fi
	slim::engine "${build_dir}" conclude "${build_dir}" --env-dir "${env_dir}" --status "${slim_status}" \
		>"${answer}" 2>"${problems}"
	if [[ ! -s "${answer}" ]]; then
		output::warning <"${problems}"
		output::error 'Slugfit was stopped, and the app could not be put back as it was. Build again.'
		return 4
	elif [[ "${slim_status}" -eq 0 ]]; then
		output::warning <"${answer}"
	else
		output::error <"${answer}"
	fi
	return "${slim_status}"
}

# slim::environment BUILD_DIR ENV_DIR EXPORT: writes the variables that suit this app: for its
# processes to .profile.d/slugfit.sh, for later buildpacks below what is in EXPORT.
slim::environment() {
	local build_dir="${1}" env_dir="${2}" export="${3}" variables="${SCRATCH_DIR:?}/variables"
	slim::variables "${build_dir}" "${env_dir}" "${variables}"
	if [[ "${slim_status}" -ne 0 ]]; then
		return 0
	fi
	if [[ -L "${build_dir}/.profile.d" || -e "${build_dir}/.profile.d" && ! -d "${build_dir}/.profile.d" ]]; then
		output::warning 'Slugfit set no variables in slugfit.sh: .profile.d is not a folder of the app.'
	elif [[ -s "${variables}/profile" ]]; then
		slim::_write "${variables}/profile" "${build_dir}/.profile.d/slugfit.sh"
	fi
	if [[ -s "${variables}/export" ]]; then
		if [[ -f "${export}" ]]; then
			# awk ends the last line, whether or not the file does.
			awk 1 "${export}" "${variables}/export" >"${variables}/exports"
			slim::_write "${variables}/exports" "${export}"
		else
			slim::_write "${variables}/export" "${export}"
		fi
	fi
}

# slim::variables ROOT ENV_DIR FOLDER: has the engine write the variables for the tree at ROOT into
# FOLDER, as `profile`, `export` and `pairs`; says so if it cannot, and leaves slim_status.
slim::variables() {
	local root="${1}" env_dir="${2}" folder="${3}" problems="${SCRATCH_DIR:?}/problems"
	slim::engine "${root}" environment "${root}" --env-dir "${env_dir}" --into "${folder}" >"${problems}" 2>&1
	if [[ "${slim_status}" -ne 0 ]]; then
		output::warning <"${problems}"
		output::warning "Slugfit set no variables (exit code ${slim_status})."
	fi
}

# slim::_write TEXT FILE: a new file and a rename: the app's own file of this name may be a link that
# leads elsewhere.
slim::_write() {
	local text="${1}" file="${2}"
	mkdir --parents "${file%/*}"
	rm --force "${file}.new"
	cat "${text}" >"${file}.new"
	mv "${file}.new" "${file}"
}

# slim::begin_report CACHE_DIR: marks the start of a build, for slim::report. What the build before it
# reported stays: this one's log tells what changed since.
slim::begin_report() {
	mkdir --parents "${1}/slugfit"
	touch "${1}/slugfit/started"
}

# slim::report CACHE_DIR UPSTREAM_REPORT: prints the build's facts as one flat JSON object. Slugfit's own
# are told only of a build that came as far as its report.
slim::report() {
	local cache_dir="${1}" upstream_report="${2}" facts="${SCRATCH_DIR:?}/facts" started="${1}/slugfit/started"
	if [[ ! -e "${started}" || ! "${cache_dir}/slugfit/report.json" -nt "${started}" ]]; then
		cache_dir="${SCRATCH_DIR}/none"
	fi
	slim::engine '' buildpack-report "${cache_dir}" --upstream "${upstream_report}" >"${facts}" 2>/dev/null
	if [[ "${slim_status}" -eq 0 && -s "${facts}" ]]; then
		cat "${facts}"
	else
		printf '{}\n'
	fi
}

# slim::labels CACHE_DIR: prints launch.toml's labels, about the report that is there.
slim::labels() {
	slim::engine '' labels "${1}" 2>/dev/null
}
