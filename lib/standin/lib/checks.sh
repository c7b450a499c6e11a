# shellcheck shell=bash
# What stops a build before anything is installed, as it would on the platform.
#
# Usage: source lib/facts.sh and lib/checks.sh

# checks::ran_twice BUILD_DIR: PYTHONHOME can only come from an earlier buildpack's export file.
checks::ran_twice() {
	if [[ -f "${1}/.heroku/python/bin/python" && -v PYTHONHOME ]]; then
		facts::fail checks::duplicate-python-buildpack <<-TEXT
			Error: a Python buildpack has already run in this build.

			There is a Python in .heroku/python, and PYTHONHOME is set.
			Installing twice over the same directory breaks both.

			Keep one Python buildpack in the list of buildpacks.
		TEXT
	fi
}

# checks::python_dir BUILD_DIR
checks::python_dir() {
	local found
	if [[ -e "${1}/.heroku/python" ]]; then
		found="$(find "${1}/.heroku/python" -maxdepth 2 -printf '.heroku/python/%P\n' | sort | head --lines=20)"
		facts::fail checks::existing-python-dir <<-TEXT
			Error: the app already holds '.heroku/python'.

			The buildpack installs Python there. What is in it now (20 at most):

			${found}

			Take the directory out of the app's repository, or out of the
			bin/pre_compile hook that makes it.
		TEXT
	fi
}

# checks::virtual_environment BUILD_DIR
checks::virtual_environment() {
	local name
	for name in .venv venv; do
		if [[ -f "${1}/${name}/pyvenv.cfg" ]]; then
			facts::fail checks::existing-venv-dir "${name}" <<-TEXT
				Error: the app holds a virtual environment, '${name}/'.

				A virtual environment works only on the machine that made it,
				and the standard buildpack refuses to build with one.

				Take it out of the repository: 'git rm -r --cached ${name}', add
				'${name}/' to .gitignore and commit both.
			TEXT
		fi
	done
}
