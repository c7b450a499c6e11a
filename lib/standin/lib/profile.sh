# shellcheck shell=bash
# The environment after the build: .profile.d/python.sh for the app, which finds everything through
# HOME, and the buildpack's own `export` for the buildpacks that come later in the same build, which
# names the build directory (there HOME is somebody else's).
#
# Usage: source lib/profile.sh, with BUILD_DIR and BUILDPACK_DIR set

# profile::export_only NAME VALUE: for later buildpacks.
profile::export_only() {
	printf 'export %s=%q\n' "${1}" "${2}" >>"${BUILDPACK_DIR:?}/export"
}

# profile::set_always NAME VALUE: for both; VALUE needs no HOME.
profile::set_always() {
	profile::export_only "${1}" "${2}"
	printf 'export %s=%q\n' "${1}" "${2}" >>"${BUILD_DIR:?}/.profile.d/python.sh"
}

# profile::start: empty the app's script; `export` is appended to, as the standard buildpack does.
profile::start() {
	mkdir --parents "${BUILD_DIR}/.profile.d"
	rm --force "${BUILD_DIR}/.profile.d/python.sh"
	: >"${BUILD_DIR}/.profile.d/python.sh"
}

# profile::write PREFIX: what every app needs.
profile::write() {
	local quoted
	printf -v quoted '%q' "${BUILD_DIR}"
	cat >>"${BUILD_DIR}/.profile.d/python.sh" <<-'TEXT'
		export PATH="${HOME}/.heroku/python/bin:${PATH}"
		export PYTHONUNBUFFERED=true
		export PYTHONHOME="${HOME}/.heroku/python"
		export LIBRARY_PATH="${HOME}/.heroku/python/lib${LIBRARY_PATH:+:${LIBRARY_PATH}}"
		export LD_LIBRARY_PATH="${HOME}/.heroku/python/lib${LD_LIBRARY_PATH:+:${LD_LIBRARY_PATH}}"
		export LANG="${LANG:-en_US.UTF-8}"
		export PYTHONPATH="${PYTHONPATH:-${HOME}}"
	TEXT
	cat >>"${BUILDPACK_DIR}/export" <<-TEXT
		export PATH=${quoted}/.heroku/python/bin:"\${PATH}"
		export PYTHONUNBUFFERED=true
		export PYTHONHOME=${quoted}/.heroku/python
		export LIBRARY_PATH=${quoted}/.heroku/python/lib"\${LIBRARY_PATH:+:\${LIBRARY_PATH}}"
		export LD_LIBRARY_PATH=${quoted}/.heroku/python/lib"\${LD_LIBRARY_PATH:+:\${LD_LIBRARY_PATH}}"
		export LANG="\${LANG:-en_US.UTF-8}"
		export PYTHONPATH="\${PYTHONPATH:-${quoted}}"
	TEXT
	profile::_move_editables "${1}"
	rm --force "${BUILD_DIR}"/.profile.d/{WEB_CONCURRENCY,python.gunicorn}.sh
	cp "${BUILDPACK_DIR}"/profile.d/*.sh "${BUILD_DIR}/.profile.d/"
}

# profile::_move_editables PREFIX: packages installed in editable mode are found through files that
# name the build directory. At boot those must name the place where the slug lies then. Other
# apps' scripts do not mention the build directory, so that two builds are the same.
profile::_move_editables() {
	local files pattern
	files="$(profile::_naming_build "${1}")"
	if [[ -n "${files}" ]]; then
		pattern="$(printf '%s\n' "${BUILD_DIR}" | sed 's/[][\.*^$#]/\\&/g')"
		printf -v pattern '%q' "s#${pattern}#"
		cat >>"${BUILD_DIR}/.profile.d/python.sh" <<-TEXT
			find "\${HOME}/.heroku/python/lib" -type f -path '*/site-packages/*' \\
				\\( -name '*.pth' -o -name '*.egg-link' -o -name '__editable___*_finder.py' \\) \\
				-exec sed --in-place --expression=${pattern}"\${HOME}#g" {} +
		TEXT
	fi
}

# profile::_naming_build PREFIX: print the files through which an editable package is found.
profile::_naming_build() {
	find "${1}/lib" -type f -path '*/site-packages/*' \
		\( -name '*.pth' -o -name '*.egg-link' -o -name '__editable___*_finder.py' \) \
		-exec grep --files-with-matches --fixed-strings --regexp="${BUILD_DIR}" {} + || true
}
