# shellcheck shell=bash
# Django's collectstatic, with the config vars.
#
# Usage: source lib/output.sh, lib/facts.sh, lib/config.sh and lib/collectstatic.sh, with INDENT,
# BUILDPACK_DIR and SCRATCH_DIR set

# collectstatic::run: in the build directory; a failure fails the build.
collectstatic::run() {
	local start
	start="$(facts::now)"
	collectstatic::_try
	facts::took django_collectstatic_duration "${start}"
}

# collectstatic::_try: skip it, run it, or stop the build.
collectstatic::_try() {
	local disabled manage log="${SCRATCH_DIR:?}/collectstatic.log"
	local run=(bash "${BUILDPACK_DIR:?}/lib/config.sh")
	if [[ -f .heroku/collectstatic_disabled ]]; then
		output::step "Skipping Django collectstatic since the file '.heroku/collectstatic_disabled' exists."
		facts::set django_collectstatic disabled-file
		return 0
	fi
	disabled="$(config::value DISABLE_COLLECTSTATIC)"
	if [[ "${disabled:-0}" != 0 ]]; then
		output::step "Skipping Django collectstatic since the env var DISABLE_COLLECTSTATIC is set."
		facts::set django_collectstatic disabled-env-var
		return 0
	fi
	if ! "${run[@]}" python -c \
		'import sys, importlib.util; sys.exit(importlib.util.find_spec("django") is None)'; then
		return 0
	fi
	manage="$(find . -maxdepth 3 -type f -name manage.py -printf '%d %P\n' | sort | head --lines=1 | cut --delimiter=' ' --fields=2-)"
	if [[ -z "${manage}" ]]; then
		output::step "Skipping Django collectstatic since no manage.py file found."
		facts::set django_collectstatic skipped-no-manage-py
		return 0
	fi
	facts::set django_collectstatic enabled
	output::step "$ python ${manage} collectstatic --noinput"
	if ! "${run[@]}" env PYTHONPATH="${PYTHONPATH:-.}" python "${manage}" collectstatic --noinput --traceback \
		|& tee "${log}" |& "${INDENT[@]:?}"; then
		collectstatic::_failed "${manage}" "${log}"
	fi
}

# collectstatic::_failed MANAGE LOG
collectstatic::_failed() {
	local reason=collectstatic-other text
	while IFS='=' read -r text known; do
		if grep --quiet --fixed-strings "${text}" "${2}"; then
			reason="${known}"
			break
		fi
	done <<-'TEXT'
		SyntaxError=collectstatic-syntax-error
		ImproperlyConfigured=collectstatic-improper-configuration
		The CSS file=collectstatic-fancy-references
		OSError=collectstatic-missing-file
	TEXT
	facts::fail "${reason}" <<-TEXT
		Error: Django could not collect the app's static files.

		'python ${1} collectstatic --noinput' failed; the traceback
		above tells where.

		Mend what it names: often a config var is missing in the build, or
		STATIC_ROOT in the settings. If the app has no static files to
		serve, set the config var DISABLE_COLLECTSTATIC=1.
	TEXT
}
