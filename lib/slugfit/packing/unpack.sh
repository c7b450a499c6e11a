#!/usr/bin/env bash
# Written by Slugfit. Usage: bash unpack.sh
#
# Puts the packages that a slug holds packed into their places: out of the archives beside this file,
# which `list` names, into the app's folder, which is three above. Each package is unpacked beside
# the archives and comes into its place by one rename: it is there whole or not at all. Killed, the
# next start goes on. The lock is the kernel's: whatever unpacks holds it as long as it lives.

set -euo pipefail
unset CDPATH TAR_OPTIONS
export LC_ALL=C

packed="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
home="${packed%/*/*/*}"
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
	case "${1}" in
		*'No space left on device'* | *'Wrote only'*) printf 'there is no space left on the disk\n' ;;
		mkdir:* | mv:* | tar:* | zstd:*) printf '%s\n' "${1%%$'\n'*}" ;;
		*) printf '%s\n' "${1##*$'\n'}" ;;
	esac
}

# unpack SHA256 ARCHIVE BYTES SITE UNIT…: checks an archive, and puts those of its folders that are
# not there yet into their places. Fails, with the reason on stdout.
unpack() {
	local sum="${1}" archive="${2}" site="${4}" unit
	shift 4
	if [[ ! -r "${archive}" ]]; then
		printf '%s is missing\n' "${archive}"
		return 1
	elif ! printf '%s  %s\n' "${sum}" "${archive}" | sha256sum --check --status; then
		printf '%s is damaged\n' "${archive}"
		return 1
	fi
	mkdir -- "${work}/${archive}" || return 1
	if ! zstd --decompress --stdout --quiet <"${archive}" | tar --extract --preserve-permissions \
		--no-same-owner --directory="${work}/${archive}" --file=-; then
		# What they said of it themselves comes first.
		printf '%s could not be unpacked\n' "${archive}"
		return 1
	fi
	for unit; do
		if [[ ! -e "${home}/${site}/${unit}" ]]; then
			mv --no-target-directory -- "${work}/${archive}/${unit}" "${home}/${site}/${unit}" || return 1
		fi
	done
} 2>&1

# missing SITE UNIT…: prints which of these folders are not in their places.
missing() {
	local site="${1}" unit
	shift
	for unit; do
		if [[ ! -e "${home}/${site}/${unit}" ]]; then
			printf '%s\n' "${unit}"
		fi
	done
}

# unpack_all LINE…: two at once where there are two processors; more would take more memory than a
# small dyno has to spare. Fails, with the reasons on stdout.
unpack_all() {
	local line words running=0 most=2 status=0 cores
	cores="$(nproc)" || true
	if [[ "${cores}" == 1 ]]; then
		most=1
	fi
	for line; do
		if ((running == most)); then
			wait -n || status=1
			running=$((running - 1))
		fi
		if ((status)); then
			break
		fi
		read -ra words <<<"${line}"
		unpack "${words[@]}" &
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
for program in flock sha256sum tar zstd; do
	if ! command -v "${program}" >/dev/null; then
		fail "there is no program ${program} here" "Use a stack that has it, ${OFF}"
	fi
done
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
lines=()
total=0
while IFS= read -r line; do
	read -ra words <<<"${line}"
	units="$(missing "${words[@]:3}")"
	if [[ -n "${units}" ]]; then
		lines+=("${line}")
		total=$((total + words[2]))
	fi
done <list
# shellcheck disable=SC2310 # each of its steps is looked at
if ! problem="$(unpack_all ${lines[@]+"${lines[@]}"})"; then
	problem="$(reason "${problem}")"
	fail "${problem}" "Make room if the disk is full; deploy again if a file is damaged, ${OFF}"
fi

rm --recursive --force -- "${work}"
: >"${packed}/done"
rm --force -- ./*.tar.zst
tenths=$(((${EPOCHREALTIME/./} - started) / 100000))
printf 'slugfit: unpacked %d.%d MB in %d.%d s\n' $((total / 1000000)) $((total / 100000 % 10)) \
	$((tenths / 10)) $((tenths % 10)) >&2
