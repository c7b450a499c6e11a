# shellcheck shell=bash
# Which package manager installs the app: the one whose file lies in the app's top directory.
#
# Usage: source lib/facts.sh and lib/package_manager.sh

# package_manager::choose BUILD_DIR: print pip, pipenv, poetry or uv; stop unless it is exactly one.
package_manager::choose() {
	local build_dir="${1}" file files names="" found=()
	local -A managers=(["Pipfile.lock"]=pipenv ["requirements.txt"]=pip ["poetry.lock"]=poetry ["uv.lock"]=uv)

	if [[ -f "${build_dir}/Pipfile" && ! -f "${build_dir}/Pipfile.lock" ]]; then
		facts::fail package-manager::pipenv-missing-lockfile <<-'TEXT'
			Error: there is a Pipfile and no Pipfile.lock.

			Without the lock file every build may install other versions, so
			the standard buildpack refuses it.

			Run 'pipenv lock' and commit Pipfile.lock; or delete the Pipfile
			and add a requirements.txt, poetry.lock or uv.lock.
		TEXT
	fi
	for file in Pipfile.lock requirements.txt poetry.lock uv.lock; do
		if [[ -f "${build_dir}/${file}" ]]; then
			found+=("${file}")
		fi
	done
	case ${#found[@]} in
		1)
			printf '%s\n' "${managers[${found[0]}]}"
			;;
		0)
			package_manager::_none_found "${build_dir}"
			;;
		*)
			for file in "${found[@]}"; do
				names+="${names:+,}${managers[${file}]}"
			done
			files="$(printf '%s\n' "${found[@]}")"
			facts::fail package-manager::multiple-found "${names}" <<-TEXT
				Error: the app has the files of several package managers.

				${files}

				Only one of them can install the app, and guessing which is not
				safe. Keep the one you use and delete the others.
			TEXT
			;;
	esac
}

# package_manager::_none_found BUILD_DIR: say what is there, and what is missing.
package_manager::_none_found() {
	local there
	there="$(ls -1 --almost-all --indicator-style=slash "${1}")"
	if [[ -f "${1}/setup.py" ]]; then
		facts::fail package-manager::setup-py-only <<-'TEXT'
			Error: there is a setup.py, and no package manager's file.

			The buildpack cannot tell how the project is to be installed.

			To install it with pip, add a requirements.txt with the line
			'--editable .' (without the quotes).
		TEXT
	fi
	facts::fail package-manager::none-found <<-TEXT
		Error: no package manager's file was found.

		A Python app has a requirements.txt, Pipfile.lock, poetry.lock or
		uv.lock in its top directory. In there now:

		${there}

		Add one of the four (an empty requirements.txt if the app needs no
		package), check its spelling and that it is committed and listed
		neither in .gitignore nor in .slugignore.
	TEXT
}
