#!/bin/sh
# bin/release, for heroku-buildpack-testrunner and run.sh.

. "${BUILDPACK_TEST_RUNNER_HOME:?}/lib/test_utils.sh"

afterSetUp() {
	rm -rf "${BUILDPACK_HOME}/.upstream"
}

testSaysWhatTheWrappedBuildpackSays() {
	printf %s "${BUILDPACK_HOME}/tests/testrunner/upstream" >"${ENV_DIR}/SLUGFIT_UPSTREAM"
	touch "${BUILD_DIR}/requirements.txt"
	compile
	assertCapturedSuccess
	release
	assertCapturedSuccess
	assertCaptured "suite-upstream:yes"
}

testSaysNothingForAnAppWithoutDefaults() {
	release
	assertCapturedSuccess
	assertCapturedEquals "--- {}"
}

testAsksForADatabaseForDjangoWithPostgresql() {
	packages="${BUILD_DIR}/.heroku/python/lib/python3.14/site-packages"
	mkdir -p "${packages}/django" "${packages}/psycopg2"
	touch "${BUILD_DIR}/manage.py" "${packages}/django/__init__.py" "${packages}/psycopg2/__init__.py"
	release
	assertCapturedSuccess
	assertCaptured "addons:"
	assertCaptured "  - heroku-postgresql"
}
