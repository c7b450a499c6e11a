#!/usr/bin/env bash
# Written by Slugfit. Usage: bash unpack.sh [PYTHON]
#
# PYTHON is the app's, which decompresses where there is no program zstd: by default
# .heroku/python/bin/python3. It has to be of version 3.14 or newer then.
#
# Puts the packages that a slug holds packed into their places: out of the archives beside this file,
# which `list` names, into the app's folder, which is three above. Each package is unpacked beside
# the archives and comes into its place by one rename, after all that was unpacked with it was found
# to be what its archive's checksum says: it is there whole or not at all. Killed, the next start
# goes on. The lock is the kernel's: whatever unpacks holds it as long as it lives.

set -euo pipefail
unset CDPATH TAR_OPTIONS
export LC_ALL=C

packed="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
home="${packed%/*/*/*}"
python="${1:-${home}/.heroku/python/bin/python3}"
work="${packed}/work"
readonly OFF='or set SLUGFIT_PACK=off and deploy again.'

# fail REASON WHAT_TO_DO
fail() {
	printf 'slugfit: the packages of this app could not be unpacked: %s\n' "${1}" >&2
	printf 'slugfit: %s\n' "${2}" >&2
	exit 1
}

# reason ERRORS: prints the one line that says most.
reason() {
	local line
	if [[ "${1}" == *'No space left on device'* || "${1}" == *'Wrote only'* ]]; then
		printf 'there is no space left on the disk\n'
		return
	fi
	while IFS= read -r line; do
		if [[ "${line}" == *' is damaged' || "${line}" == *' is missing' ]]; then
			printf '%s\n' "${line}"
			return
		fi
	done <<<"${1}"
	# zstd 1.4 begins with an empty line where it is given several archives.
	set -- "${1#$'\n'}"
	case "${1}" in
		mkdir:* | mv:* | tar:* | zstd:*) printf '%s\n' "${1%%$'\n'*}" ;;
		*) printf '%s\n' "${1##*$'\n'}" ;;
	esac
}

# decompress ARCHIVE…: prints what they hold. Fails if that is not what a checksum in them says.
decompress() {
	"${zstd[@]}" --decompress --stdout --quiet -- "$@"
}

# damaged ARCHIVE…: prints which of them cannot be decompressed.
damaged() {
	local archive
	for archive; do
		# shellcheck disable=SC2310 # that is the question
		if ! decompress "${archive}" &>/dev/null; then
			printf '%s is damaged\n' "${archive}"
		fi
	done
}

# unpack FOLDER SITE ARCHIVES UNITS: unpacks archives into a new folder, one after the other, and
# moves these folders of theirs to SITE. Fails, with the reason on stdout. One zstd and one tar for
# all of them, and a tar that writes 1 MiB at a time, take half of the time of a pair for each.
unpack() {
	local folder="${1}" site="${2}" archive archives units
	read -ra archives <<<"${3}"
	read -ra units <<<"${4}"
	for archive in "${archives[@]}"; do
		if [[ ! -r "${archive}" ]]; then
			printf '%s is missing\n' "${archive}"
			return 1
		fi
	done
	mkdir -- "${folder}" || return 1
	# shellcheck disable=SC2310 # each of its steps is looked at
	if ! decompress "${archives[@]}" | tar --extract --preserve-permissions --no-same-owner \
		--ignore-zeros --blocking-factor=2048 --directory="${folder}" --file=-; then
		if [[ "${PIPESTATUS[0]}" == 1 ]]; then
			damaged "${archives[@]}"
		fi
		# What they said of it themselves comes first.
		printf '%s could not be unpacked\n' "${archives[*]}"
		return 1
	fi
	mv --target-directory="${site}" -- "${units[@]/#/${folder}/}"
} 2>&1

# share: shares out what `list` names and is not in its place, the largest first: an archive goes to
# that lane of its folder of packages that has least to do. Sets jobs, archives, units and total.
share() {
	local words unit site absent lane key best least
	local -A loads=()
	while read -ra words; do
		site="${words[2]}"
		absent=''
		for unit in "${words[@]:3}"; do
			if [[ ! -e "${home}/${site}/${unit}" ]]; then
				absent+=" ${unit}"
			fi
		done
		if [[ -z "${absent}" ]]; then
			continue
		fi
		least=-1
		for ((lane = 0; lane < lanes; lane++)); do
			key="${lane} ${site}"
			if ((least < 0 || ${loads["${key}"]:-0} < least)); then
				best="${key}"
				least="${loads["${key}"]:-0}"
			fi
		done
		if ((least == 0)); then
			jobs+=("${best}")
		fi
		loads["${best}"]=$((least + words[1]))
		archives["${best}"]+=" ${words[0]}"
		units["${best}"]+="${absent}"
		total=$((total + words[1]))
	done <list
}

# unpack_all: all jobs, in as many lanes as there are. Fails, with the reasons on stdout.
unpack_all() {
	local number running=0 status=0 job
	for number in "${!jobs[@]}"; do
		if ((running == lanes)); then
			wait -n || status=1
			running=$((running - 1))
		fi
		if ((status)); then
			break
		fi
		job="${jobs[number]}"
		unpack "${work}/${number}" "${home}/${job#* }" "${archives["${job}"]}" "${units["${job}"]}" &
		running=$((running + 1))
	done
	while ((running)); do
		wait -n || status=1
		running=$((running - 1))
	done
	return "${status}"
}

if [[ -e "${packed}/done" ]]; then
	exit 0
fi
for program in flock tar; do
	if ! command -v "${program}" >/dev/null; then
		fail "there is no program ${program} here" "Use a stack that has it, ${OFF}"
	fi
done
zstd=(zstd)
if ! command -v zstd >/dev/null; then
	# Before the other profile scripts nothing tells the app's Python where its libraries are.
	libraries="${python%/*/*}/lib${LD_LIBRARY_PATH:+:${LD_LIBRARY_PATH}}"
	zstd=(env "LD_LIBRARY_PATH=${libraries}" "${python}" -I -S -B "${packed}/python_zstd.py")
	if ! "${zstd[@]}" --version &>/dev/null; then
		fail "there is no program zstd here, and no Python 3.14 in the app" \
			"Use a stack that has it, ${OFF}"
	fi
fi
if [[ ! -w "${packed}" ]] || ! { exec 9>"${packed}/lock"; } 2>/dev/null; then
	fail "${packed} cannot be written to" "Start the app where it may write to its own files, ${OFF}"
fi
if ! flock --timeout 300 9; then
	fail 'another process has been at it for 5 minutes' "Restart the dyno, ${OFF}"
fi
if [[ -e "${packed}/done" ]]; then
	exit 0
fi

started="${EPOCHREALTIME/./}"
trap 'rm --recursive --force -- "${work}"' EXIT
cd -- "${packed}"
rm --recursive --force -- "${work}"
if ! problem="$(mkdir -- "${work}" 2>&1)"; then
	problem="$(reason "${problem}")"
	fail "${problem}" "Make room on the disk, ${OFF}"
fi
# One lane for each processor, but no more than four: each takes 40 MB of memory.
lanes="$(nproc)" || lanes=2
lanes=$((lanes < 4 ? lanes : 4))
jobs=()
declare -A archives=() units=()
total=0
share
# shellcheck disable=SC2310 # each of its steps is looked at
if ! problem="$(unpack_all)"; then
	problem="$(reason "${problem}")"
	fail "${problem}" "Make room if the disk is full; deploy again if a file is damaged, ${OFF}"
fi

rm --recursive --force -- "${work}"
trap - EXIT
: >"${packed}/done"
rm --force -- ./*.tar.zst
tenths=$(((${EPOCHREALTIME/./} - started) / 100000))
printf 'slugfit: unpacked %d.%d MB in %d.%d s\n' $((total / 1000000)) $((total / 100000 % 10)) \
	$((tenths / 10)) $((tenths % 10)) >&2
