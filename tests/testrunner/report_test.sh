#!/bin/sh
# bin/report, for heroku-buildpack-testrunner and run.sh.

. "${BUILDPACK_TEST_RUNNER_HOME:?}/lib/test_utils.sh"

afterSetUp() {
	rm -rf "${BUILDPACK_HOME}/.upstream"
}

report() {
	capture "${BUILDPACK_HOME}/bin/report" "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}"
	assertCapturedSuccess
	# One flat object: no list, and no object inside.
	python3 -c 'import json, sys
facts = json.load(open(sys.argv[1]))
assert isinstance(facts, dict)
assert all(isinstance(value, (str, int, float)) for value in facts.values())' "${STD_OUT}" 2>"${STD_ERR}"
	assertTrue "Expected one flat JSON object" "$?"
}

testReportsBothBuildpacks() {
	printf %s "${BUILDPACK_HOME}/tests/testrunner/upstream" >"${ENV_DIR}/SLUGFIT_UPSTREAM"
	touch "${BUILD_DIR}/requirements.txt"
	compile
	assertCapturedSuccess
	report
	assertCaptured '"package_manager": "suite"'
	assertCaptured slugfit
}

testReportsABuildThatNeverStarted() {
	report
}

testReportsABuildThatFailed() {
	printf /nowhere >"${ENV_DIR}/SLUGFIT_UPSTREAM"
	compile
	assertCapturedError 1 "could not be obtained"
	report
}
