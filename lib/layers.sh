# shellcheck shell=bash
# Layers of a Cloud Native Buildpack.
#
# Usage: source lib/output.sh, lib/slim.sh and lib/layers.sh, with CNB_LAYERS_DIR and SCRATCH_DIR set

# layers::declare NAME TYPE…: makes the layer's folder and says what it is for. Anew in each build: a
# restored layer comes without its types.
layers::declare() {
	local name="${1}" type
	shift
	mkdir --parents "${CNB_LAYERS_DIR:?}/${name}"
	{
		printf '[types]\n'
		for type in "$@"; do
			printf '%s = true\n' "${type}"
		done
	} >"${CNB_LAYERS_DIR}/${name}.toml"
}

# layers::is_cached FOLDER: prints `yes` if this layer of any buildpack's is kept for the next build,
# else `no`. TOML has more ways to write that; one that is not seen here costs loosened rules a
# reinstall, no more.
layers::is_cached() {
	if grep --quiet --extended-regexp '\bcache"?[[:space:]]*=[[:space:]]*true\b' "${1}.toml" 2>/dev/null; then
		printf 'yes\n'
	else
		printf 'no\n'
	fi
}

# layers::models_at_boot NAME APP: has the models fetched before a process starts, if the app has any
# for then. Images know no .profile.d; what they run instead shall write nothing to its descriptor 3.
layers::models_at_boot() {
	local folder="${CNB_LAYERS_DIR:?}/${1}/exec.d" program="${2}/.heroku/slugfit/models/at_boot.py"
	rm --recursive --force "${folder}"
	if [[ -f "${program}" ]]; then
		mkdir --parents "${folder}"
		printf '#!/bin/sh\nexec python3 -I -S -B .heroku/slugfit/models/at_boot.py . 3>&- >&2\n' \
			>"${folder}/slugfit-models"
		chmod 755 "${folder}/slugfit-models"
	fi
}

# layers::defaults NAME ROOT ENV_DIR: what the app's processes get unless somebody set it.
layers::defaults() {
	local folder="${CNB_LAYERS_DIR:?}/${1}/env.launch" name value variables="${SCRATCH_DIR:?}/variables"
	rm --recursive --force "${folder}"
	mkdir --parents "${folder}"
	slim::variables "${2}" "${3}" "${variables}"
	if [[ "${slim_status}" -ne 0 ]]; then
		return 0
	fi
	while IFS='=' read -r name value; do
		printf '%s' "${value}" >"${folder}/${name}.default"
	done <"${variables}/pairs"
}
