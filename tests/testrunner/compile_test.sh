#!/bin/sh
# bin/compile from end to end, with the real engine over a small wrapped buildpack, for
# heroku-buildpack-testrunner and run.sh.

. "${BUILDPACK_TEST_RUNNER_HOME:?}/lib/test_utils.sh"

CANARY=c4n4ry-s3cret

afterSetUp() {
	unset PYTHONHOME
	printf %s "${BUILDPACK_HOME}/tests/testrunner/upstream" >"${ENV_DIR}/SLUGFIT_UPSTREAM"
	# The package is small: what goes of it is worth it all the same.
	printf 0 >"${ENV_DIR}/SLUGFIT_WORTH"
	touch "${BUILD_DIR}/requirements.txt"
	echo 'import parcel' >"${BUILD_DIR}/app.py"
}

# The wrapped buildpack's installed package, in the folder given.
parcel() {
	echo "${1}"/.heroku/python/lib/python3*/site-packages/parcel
}

testBuildsAndSlims() {
	compile
	assertCapturedSuccess
	assertCaptured "-----> Slugfit: building with the wrapped Python buildpack"
	assertCaptured "-----> Suite upstream"
	package="$(parcel "${BUILD_DIR}")"
	assertTrue "The code stays" "[ -f ${package}/core.py ]"
	assertFalse "Tests go" "[ -e ${package}/tests ]"
	assertFalse "Type stubs go" "[ -e ${package}/core.pyi ]"
	assertTrue "The slimmed app runs" "(cd ${BUILD_DIR} && .heroku/python/bin/python app.py)"
	assertFileContains "FROM_UPSTREAM=yes" "${BUILD_DIR}/.profile.d/python.sh"
	assertFileContains "FROM_UPSTREAM=yes" "${BUILDPACK_HOME}/export"
	assertTrue "The scripts can be sourced" "(. ${BUILDPACK_HOME}/export && . ${BUILD_DIR}/.profile.d/slugfit.sh)"
}

testTheCacheKeepsEverything() {
	compile
	package="$(parcel "${CACHE_DIR}")"
	assertTrue "[ -f ${package}/tests/test_core.py ]"
	assertTrue "[ -f ${package}/core.pyi ]"
}

testTheNextBuildMayDecideOtherwise() {
	compile
	rm -rf "${BUILD_DIR}/.heroku" "${BUILD_DIR}/.profile.d"
	printf measure >"${ENV_DIR}/SLUGFIT_LEVEL"
	compile
	assertCapturedSuccess
	assertCaptured "-----> Restoring cache"
	package="$(parcel "${BUILD_DIR}")"
	assertTrue "What an earlier build took is back" "[ -f ${package}/tests/test_core.py ]"
}

testSlimsAfterAnotherPythonBuildpack() {
	"${BUILDPACK_HOME}/tests/testrunner/upstream/bin/compile" "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}" >/dev/null
	rm -f "${BUILDPACK_HOME}/tests/testrunner/upstream/export"
	export PYTHONHOME=/app/.heroku/python
	compile
	unset PYTHONHOME
	assertCapturedSuccess
	assertCaptured "-----> Slugfit: slimming only"
	assertNotCaptured "-----> Suite upstream"
	package="$(parcel "${BUILD_DIR}")"
	assertTrue "[ -f ${package}/core.py ]"
	assertFalse "[ -e ${package}/tests ]"
}

testPassesInstallerSettingsOnByNameOnly() {
	printf %s "${CANARY}" >"${ENV_DIR}/PIP_INDEX_URL"
	compile
	assertCapturedSuccess
	assertCaptured "PIP_INDEX_URL is set"
	assertCaptured "Installer settings: PIP_INDEX_URL"
	assertNotCaptured "${CANARY}"
}

testTellsEveryErrorInTheConfiguration() {
	printf gigantic >"${ENV_DIR}/SLUGFIT_LIMIT"
	printf everything >"${ENV_DIR}/SLUGFIT_LEVEL"
	compile
	assertCapturedError 2 "SLUGFIT_LIMIT"
	assertCaptured "SLUGFIT_LEVEL"
	assertNotCaptured "-----> Suite upstream"
}

testTheWrappedBuildpacksFailureIsTheBuilds() {
	echo 37 >"${BUILD_DIR}/fail"
	compile
	assertCapturedError 37 "-----> Suite upstream"
}

testNamesTheWaysOutWhenThereIsNothingToWrap() {
	printf /nowhere/python.tgz >"${ENV_DIR}/SLUGFIT_UPSTREAM"
	compile
	assertCapturedError 1 "The buildpack that Slugfit wraps could not be obtained."
	assertCaptured "/nowhere/python.tgz"
	assertCaptured "Add heroku/python before Slugfit"
}

testStopsOverTheLimitWhenAskedTo() {
	printf 1k >"${ENV_DIR}/SLUGFIT_LIMIT"
	compile
	assertCapturedSuccess
	rm -rf "${BUILD_DIR}/.heroku" "${BUILD_DIR}/.profile.d"
	printf fail >"${ENV_DIR}/SLUGFIT_OVER_LIMIT"
	compile
	assertCapturedError 3 "SLUGFIT_OVER_LIMIT=fail"
}

testTellsItsUsage() {
	capture "${BUILDPACK_HOME}/bin/compile"
	assertCapturedError 2 "Usage: bin/compile BUILD_DIR CACHE_DIR ENV_DIR"
}
