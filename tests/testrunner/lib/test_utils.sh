# shellcheck shell=sh
# The functions that heroku-buildpack-testrunner gives its suites, by their published names and
# meanings, so that the same suites run under it and under run.sh.
#
# A suite may define beforeSetUp, afterSetUp, beforeTearDown and afterTearDown. Each test gets the
# folders BUILD_DIR, CACHE_DIR and ENV_DIR; each capture leaves STD_OUT and STD_ERR (files) and RETURN.

# The runner's variables come from the environment, and shunit2 calls these functions by name.
# shellcheck disable=SC2154,SC2034

oneTimeSetUp() {
	TEST_SUITE_CACHE="$(mktemp -d "${SHUNIT_TMPDIR}/test_suite_cache.XXXX")"
}

oneTimeTearDown() {
	rm -rf "${TEST_SUITE_CACHE}"
}

beforeSetUp() {
	:
}

afterSetUp() {
	:
}

beforeTearDown() {
	:
}

afterTearDown() {
	:
}

setUp() {
	beforeSetUp
	OUTPUT_DIR="$(mktemp -d "${SHUNIT_TMPDIR}/output.XXXX")"
	BUILD_DIR="${OUTPUT_DIR}/build"
	CACHE_DIR="${OUTPUT_DIR}/cache"
	ENV_DIR="${OUTPUT_DIR}/env"
	STD_OUT="${OUTPUT_DIR}/stdout"
	STD_ERR="${OUTPUT_DIR}/stderr"
	mkdir "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}"
	afterSetUp
}

tearDown() {
	beforeTearDown
	rm -rf "${OUTPUT_DIR}"
	afterTearDown
}

# capture COMMAND [ARGUMENT…]: never fails itself.
capture() {
	resetCapture
	LAST_COMMAND="$*"
	RETURN=0
	"$@" >"${STD_OUT}" 2>"${STD_ERR}" || RETURN="$?"
	rtrn="${RETURN}"
}

resetCapture() {
	rm -f "${STD_OUT}" "${STD_ERR}"
	unset LAST_COMMAND RETURN rtrn
}

detect() {
	capture "${BUILDPACK_HOME}/bin/detect" "${BUILD_DIR}"
}

compile() {
	capture "${BUILDPACK_HOME}/bin/compile" "${BUILD_DIR}" "${CACHE_DIR}" "${ENV_DIR}"
}

release() {
	capture "${BUILDPACK_HOME}/bin/release" "${BUILD_DIR}"
}

# assertCapturedEquals [MESSAGE] EXPECTED
assertCapturedEquals() {
	captured="$(cat "${STD_OUT}")"
	assertEquals "$@" "${captured}"
}

assertCapturedNotEquals() {
	captured="$(cat "${STD_OUT}")"
	assertNotEquals "$@" "${captured}"
}

# assertCaptured [MESSAGE] TEXT
assertCaptured() {
	assertFileContains "$@" "${STD_OUT}"
}

assertNotCaptured() {
	assertFileNotContains "$@" "${STD_OUT}"
}

assertCapturedSuccess() {
	complaints="$(cat "${STD_ERR}")"
	assertEquals "Expected exit code 0, got <${RETURN}>" 0 "${RETURN}"
	assertEquals "Expected nothing on stderr" "" "${complaints}"
}

# assertCapturedError [[EXIT_CODE] TEXT]: any exit code above 0 if none is given.
assertCapturedError() {
	if [ "$#" -gt 1 ]; then
		assertEquals "Expected exit code <${1}>" "${1}" "${RETURN}"
		shift
	else
		assertTrue "Expected an exit code above 0" "[ ${RETURN} -gt 0 ]"
	fi
	complaints="$(cat "${STD_ERR}")"
	assertFileContains "Expected stdout to tell <${1:-}>" "${1:-}" "${STD_OUT}"
	assertEquals "Expected nothing on stderr" "" "${complaints}"
}

# assertAppDetected NAME
assertAppDetected() {
	assertCapturedSuccess
	assertCapturedEquals "${1}"
}

assertNoAppDetected() {
	complaints="$(cat "${STD_ERR}")"
	assertEquals 1 "${RETURN}"
	assertCapturedEquals "no"
	assertEquals "" "${complaints}"
}

# assertFileContains [MESSAGE] TEXT FILE
assertFileContains() {
	if [ "$#" -lt 3 ]; then
		set -- "Expected <${2}> to contain <${1}>" "$@"
	fi
	grep -q -F -e "${2}" "${3}" || fail "${1}"
}

assertFileNotContains() {
	if [ "$#" -lt 3 ]; then
		set -- "Expected <${2}> not to contain <${1}>" "$@"
	fi
	if grep -q -F -e "${2}" "${3}"; then
		fail "${1}"
	fi
}
