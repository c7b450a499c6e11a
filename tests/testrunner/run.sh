#!/bin/sh
# Usage: tests/testrunner/run.sh [SUITE…]
#
# Runs the *_test.sh suites, or the named ones, as heroku-buildpack-testrunner does: over a copy of
# the buildpack, from an empty folder, with shunit2 (Debian's package). The suites find its functions
# in ${BUILDPACK_TEST_RUNNER_HOME}/lib/test_utils.sh, which here is our own implementation of them.
#
# Exit code: 0 all passed, or skipped because shunit2 is missing; 1 a suite failed, or shunit2 is
# missing where CI=true.

set -eu
unset CDPATH STACK

find_shunit2() {
	for candidate in "${SHUNIT_HOME:-/usr}/src/shunit2" /usr/share/shunit2/shunit2 /usr/bin/shunit2; do
		if [ -f "${candidate}" ]; then
			printf '%s\n' "${candidate}"
			return 0
		fi
	done
}

here="$(dirname -- "$0")"
root="$(cd -- "${here}/../.." && pwd -P)"

shunit2="$(find_shunit2)"
user="$(id -u)"
if [ -z "${shunit2}" ] && [ "${user}" -eq 0 ] && command -v apt-get >/dev/null; then
	{
		apt-get install --yes --no-install-recommends shunit2 \
			|| { apt-get update && apt-get install --yes --no-install-recommends shunit2; }
	} >/dev/null 2>&1 || true
	shunit2="$(find_shunit2)"
fi
if [ -z "${shunit2}" ]; then
	echo "Skipped: the testrunner's suites need shunit2 (apt-get install shunit2)."
	[ "${CI:-}" != true ]
	exit
fi

work="$(mktemp -d)"
trap 'rm -rf "${work}"' EXIT
trap 'exit 130' INT TERM
mkdir "${work}/bp" "${work}/cwd" "${work}/tmp"
# What the real one copies with the same command, less the tools and results of development.
for part in bin lib test tests buildpack.toml; do
	cp -r "${root}/${part}" "${work}/bp/"
done

export BUILDPACK_HOME="${work}/bp"
export BUILDPACK_TEST_RUNNER_HOME="${work}/bp/tests/testrunner"
export SHUNIT_COLOR=none SHUNIT_TMPDIR="${work}/tmp"
cd "${work}/cwd"

if [ "$#" -eq 0 ]; then
	set -- "${BUILDPACK_HOME}"/test/*_test.sh
fi
failed=0
for suite in "$@"; do
	name="$(basename -- "${suite}")"
	echo "TEST SUITE: ${name}"
	sh "${shunit2}" "${BUILDPACK_HOME}/test/${name}" || failed=1
done
exit "${failed}"
