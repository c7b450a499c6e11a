# shellcheck shell=bash
# Installing the package managers themselves: pip into the slug, the others into the cache.
#
# Usage: source lib/output.sh, lib/facts.sh and lib/tool.sh, with INDENT, BUILDPACK_DIR and
# SCRATCH_DIR set

# tool::pip_path PREFIX: print a path that Python can run as pip, from what this machine has.
tool::pip_path() {
	local wheel folder series="${python_version:?}"
	local folders=("${1}/lib/python${series%.*}/ensurepip/_bundled" /usr/share/python-wheels)
	for folder in "${folders[@]}"; do
		# The newest, if there are several.
		wheel="$(find "${folder}" -maxdepth 1 -name 'pip-*.whl' 2>/dev/null | sort --version-sort | tail --lines=1 || true)"
		if [[ -n "${wheel}" ]]; then
			printf '%s/pip\n' "${wheel}"
			return 0
		fi
	done
	folder="$("${python_program:?}" -I -B -c 'import pip; print(pip.__path__[0])' 2>/dev/null || true)"
	if [[ -z "${folder}" ]]; then
		facts::fail install-package-manager::no-pip <<-TEXT
			Error: this machine's Python has no pip to start with.

			The stand-in installs packages with the pip that comes with Python
			(its 'ensurepip'), with the distribution's, or with the one that
			'${python_program}' can import. There is none.

			Install it: on Debian or Ubuntu, 'apt-get install python3-pip
			python3-venv'; elsewhere '${python_program} -m ensurepip'.
		TEXT
	fi
	# Alone in a folder: beside this machine's packages pip would take those for the slug's.
	mkdir --parents "${SCRATCH_DIR:?}/pip"
	cp --recursive "${folder}" "${SCRATCH_DIR}/pip/"
	printf '%s\n' "${SCRATCH_DIR}/pip/pip"
}

# tool::pip_install REASON PYTHON PIP SPEC…: install SPECs (NAME==VERSION) for PYTHON. The index of
# this machine may lack a version that the platform's has: then the newest it has, with a warning.
# This machine's settings for pip count (no --isolated): without them it may not reach an index.
tool::pip_install() {
	local reason="${1}" python="${2}" pip="${3}" specs=("${@:4}") log="${SCRATCH_DIR:?}/tool.log"
	local install=("${python}" "${pip}" install --disable-pip-version-check --no-cache-dir --no-input --quiet)
	if "${install[@]}" "${specs[@]}" >"${log}" 2>&1; then
		return 0
	fi
	if "${install[@]}" --upgrade "${specs[@]%%==*}" >>"${log}" 2>&1; then
		output::warning "Warning: '${specs[*]}' could not be installed from this machine's"
		output::warning 'package index; the newest version that it has is used instead.'
		return 0
	fi
	"${INDENT[@]:?}" <"${log}"
	facts::fail "install-package-manager::${reason}" <<-TEXT
		Error: '${specs[*]}' could not be installed.

		pip's output above tells why. Most often the package index cannot
		be reached: check the network, and this machine's settings for pip
		('python3 -m pip config list').
	TEXT
}

# tool::install NAME VERSION CACHE_DIR PREFIX: NAME into an environment of its own in the cache, with
# only its command on PATH. The environment is this machine's Python's, not the copy's, whose place
# is another one in every build.
tool::install() {
	local name="${1}" version="${2}" home="${3}/.heroku/python-${1}" export_file="${BUILDPACK_DIR:?}/export" pip told
	facts::set "${name}_version_requested" "${version}"
	# The link dangles when the cache has moved, and so does the environment's Python when this
	# machine's was removed: then both are made anew.
	if [[ -x "${home}/bin/${name}" && -x "${home}/venv/bin/python" ]]; then
		output::step "Using cached ${name} ${version}"
	else
		output::step "Installing ${name} ${version}"
		rm --recursive --force "${home}"
		mkdir --parents "${home}/bin"
		pip="$(tool::pip_path "${4}")"
		if ! told="$("${python_program}" -m venv --without-pip "${home}/venv" 2>&1)"; then
			facts::fail "install-package-manager::${name}" "${told}" <<-TEXT
				Error: no environment could be made for ${name}.

				${told}

				On Debian or Ubuntu, 'apt-get install python3-venv' may help.
			TEXT
		fi
		tool::pip_install "${name}" "${home}/venv/bin/python" "${pip}" "${name}==${version}"
		ln --symbolic "${home}/venv/bin/${name}" "${home}/bin/${name}"
	fi
	told="$("${home}/bin/${name}" --version)"
	told="$(grep --only-matching --extended-regexp --max-count=1 '[0-9]+(\.[0-9]+)+' <<<"${told}")"
	facts::set "${name}_version" "${told}"
	export PATH="${home}/bin:${PATH}"
	printf 'export PATH=%q:"%s"\n' "${home}/bin" "\${PATH}" >>"${export_file}"
}

# tool::failed NAME: the app's packages could not be installed.
tool::failed() {
	facts::fail "install-dependencies::${1}" <<-TEXT
		Error: ${1} could not install the app's packages.

		Its output above tells why.
	TEXT
}
