#!/bin/sh
# bin/detect, for heroku-buildpack-testrunner and run.sh.

. "${BUILDPACK_TEST_RUNNER_HOME:?}/lib/test_utils.sh"

testDetectsRequirements() {
	touch "${BUILD_DIR}/requirements.txt"
	detect
	assertAppDetected "Python (Slugfit)"
}

testDetectsOtherPackageManagers() {
	for name in Pipfile Pipfile.lock poetry.lock uv.lock pyproject.toml setup.py; do
		touch "${BUILD_DIR}/${name}"
		detect
		assertAppDetected "Python (Slugfit)"
		rm "${BUILD_DIR}/${name}"
	done
}

testDetectsWhatTheBuildCanExplain() {
	mkdir "${BUILD_DIR}/venv"
	detect
	assertAppDetected "Python (Slugfit)"
}

testDoesNotDetectAnotherLanguage() {
	touch "${BUILD_DIR}/package.json"
	detect
	assertNoAppDetected
}

testDoesNotDetectAnEmptyApp() {
	detect
	assertNoAppDetected
}
