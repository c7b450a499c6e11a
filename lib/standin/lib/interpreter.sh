# shellcheck shell=bash
# This machine's Python: which one builds the app, and a copy of it in the slug.
#
# Usage: source lib/output.sh, lib/facts.sh, lib/python.sh and lib/interpreter.sh, with
# BUILDPACK_DIR set

# interpreter::_first_usable PROGRAMS BUILD_DIR: print version, base prefix and program, one a line, of
# the first of PROGRAMS, one a line, that is a Python we can use; nothing if there is none.
interpreter::_first_usable() {
	local program folder
	while IFS= read -r program; do
		# A version manager's shim obeys the .python-version of the current directory, and fails if
		# it does not have that very version: then the machine's own choice counts.
		for folder in "${2}" /; do
			if [[ -n "${program}" ]] && (
				cd "${folder}"
				exec "${program}" -I -S -B "${BUILDPACK_DIR:?}/lib/interpreter.py" about </dev/null 2>/dev/null
			); then
				return 0
			fi
		done
	done <<<"${1}"
}

# interpreter::choose BUILD_DIR: set python_version (X.Y.Z), python_base (its prefix) and
# python_program for the rest of the build, and say which Python that is, and why if it is not the
# one that the app asks for.
interpreter::choose() {
	local programs answer wanted lines=()
	programs="$(python::on_path)"
	answer="$(interpreter::_first_usable "${programs}" "${1}")"
	if [[ -z "${answer}" ]]; then
		facts::fail python-version::none-found <<-'TEXT'
			Error: this machine has no Python that can build the app.

			The stand-in copies python3 from PATH, or the newest python3.N: 3.10
			or newer.

			Install one (on Debian or Ubuntu: 'apt-get install python3'), or put
			the one you have on PATH.
		TEXT
	fi
	mapfile -t lines <<<"${answer}"
	python_program="${lines[2]}"
	if ! wanted="$("${python_program}" -I -S -B "${BUILDPACK_DIR}/lib/app.py" version "${1}" 2>&1)"; then
		facts::fail python-version::invalid "${wanted}" <<-TEXT
			Error: the Python version that the app asks for cannot be read.

			${wanted}

			Write the version alone into .python-version, for example 3.13.
		TEXT
	fi
	if [[ -n "${wanted}" ]]; then
		interpreter::_choose_wanted "${1}" "${wanted%%$'\n'*}" "${wanted##*$'\n'}"
		return 0
	fi
	interpreter::_use "${lines[@]}"
	output::step "The app asks for no Python version: using this machine's Python ${python_version}"
	facts::set python_version_origin default
}

# interpreter::_choose_wanted BUILD_DIR VERSION FILE
interpreter::_choose_wanted() {
	local series programs answer lines=() note=""
	series="$(cut --delimiter=. --fields=1,2 <<<"${2}")"
	facts::set python_version_requested "${2}"
	facts::set python_version_origin "${3}"
	programs="$(type -a -P "python${series}" || true)"
	answer="$(interpreter::_first_usable "${programs}" "${1}")"
	if [[ -z "${answer}" ]]; then
		programs="$(python::on_path)"
		answer="$(interpreter::_first_usable "${programs}" "${1}")"
	fi
	mapfile -t lines <<<"${answer}"
	interpreter::_use "${lines[@]}"
	if [[ "${python_version%.*}" != "${series}" ]]; then
		output::warning <<-TEXT
			Warning: the app asks for Python ${2}, this build uses ${python_version}.

			${3} asks for Python ${2}, and no python${series} on this machine's PATH
			runs. What is installed, and its size, may differ from the platform's.

			Put a python${series} on PATH to build with it.
		TEXT
	elif [[ "${2}" != "${series}" && "${2}" != "${python_version}" ]]; then
		note=", the one of that series here"
	fi
	output::step "Python ${2} is asked for by ${3}: using this machine's Python ${python_version}${note}"
}

# interpreter::_use VERSION BASE PROGRAM
interpreter::_use() {
	python_version="${1}"
	# shellcheck disable=SC2034 # the cache looks at it
	python_base="${2}"
	python_program="${3}"
	facts::set python_version "${python_version}"
	facts::set python_version_major "${python_version%.*}"
	facts::set python_base "${2}"
}

# interpreter::install PREFIX: copy the chosen Python to PREFIX, unless the cache brought it.
interpreter::install() {
	local prefix="${1}" start told
	start="$(facts::now)"
	if [[ -f "${prefix}/bin/python" ]]; then
		output::step "Using cached copy of Python ${python_version}"
	else
		output::step "Copying Python ${python_version}"
		mkdir --parents "${prefix}"
		if ! told="$("${python_program}" -I -S -B "${BUILDPACK_DIR}/lib/interpreter.py" copy "${prefix}" 2>&1)"; then
			facts::fail install-python "${told}" <<-TEXT
				Error: this machine's Python could not be copied into the slug.

				${told}

				Check that the disk is not full and that '${python_program}'
				is complete.
			TEXT
		fi
		interpreter::_settle "${prefix}/lib/python${python_version%.*}"
		interpreter::_compile "${prefix}"
	fi
	facts::took python_install_duration "${start}"
}

# interpreter::_settle LIBRARY: make a distribution's patched Python keep its packages in
# LIBRARY/site-packages, as every other does. Debian's looks into dist-packages only, and its `site`
# is frozen into the program, so a .pth file in a folder that it does read has to mend it.
interpreter::_settle() {
	local packages="${1}/site-packages" folder installs
	if ! python -I -B -c 'import sys; sys.exit(sys.argv[1] not in sys.path)' "${packages}"; then
		folder="$(python -I -B -c 'import site; print(site.getsitepackages()[-1])')"
		mkdir --parents "${folder}"
		cp "${BUILDPACK_DIR}/layout/slugfit_layout.py" "${1}/"
		printf 'import slugfit_layout\n' >"${folder}/slugfit-layout.pth"
	fi
	installs="$(python -I -B -c 'import sysconfig; print(sysconfig.get_path("purelib"), sysconfig.__file__, sep="\n")')"
	if [[ "${installs%%$'\n'*}" != "${packages}" ]]; then
		cat "${BUILDPACK_DIR}/layout/sysconfig_end.txt" >>"${installs##*$'\n'}"
	fi
}

# interpreter::_compile PREFIX: bytecode of the standard library that never looks at a file's time
# (a slug's times are not kept), at optimisation level 0 only, as Heroku's Python has it.
interpreter::_compile() {
	local half process processes=()
	local compile=(
		env --unset=PYTHONPYCACHEPREFIX PYTHONHASHSEED=0 python -S -m compileall
		-q -f -o 0 --invalidation-mode unchecked-hash -s "${1}" -i -
	)
	# Bytecode holds references that depend on what one process compiled before it. Two processes of
	# fixed halves, not a pool of workers, give the same bytes on every machine.
	for half in 'p;n' 'n;p'; do
		find "${1}/lib" -name '*.py' -type f | LC_ALL=C sort | sed --quiet "${half}" | "${compile[@]}" &
		processes+=("${!}")
	done
	for process in "${processes[@]}"; do
		wait "${process}"
	done
}
