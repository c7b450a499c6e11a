#!/usr/bin/env bash
# How many processes the app's web server starts: two for each CPU and one more, as far as there
# are 256 MB of memory for each. A WEB_CONCURRENCY of the user's own is left alone.
# It is sourced at boot: no `exit`, no `set`, and no function stays defined.

# concurrency::memory: print the container's memory limit in MB, or nothing if there is none.
concurrency::memory() {
	local file bytes
	for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
		if [[ -r "${file}" ]] && read -r bytes <"${file}"; then
			# For no limit cgroup v2 says "max", and v1 a number beyond any machine's memory.
			if [[ "${bytes}" =~ ^[0-9]{1,13}$ ]]; then
				printf '%d\n' "$((bytes / 1048576))"
				return
			fi
		fi
	done
}

# concurrency::set MEMORY CPUS: the lower of what both allow, at least one.
concurrency::set() {
	local by_memory="$((${1} / 256))" by_cpus="$((2 * ${2} + 1))"
	WEB_CONCURRENCY="$((by_memory < by_cpus ? by_memory : by_cpus))"
	if [[ "${WEB_CONCURRENCY}" -lt 1 ]]; then
		WEB_CONCURRENCY=1
	fi
	export WEB_CONCURRENCY WEB_CONCURRENCY_SET_BY=heroku/python
}

# concurrency::start
concurrency::start() {
	local memory cpus
	memory="$(concurrency::memory)"
	cpus="$(nproc 2>/dev/null)"
	if [[ -n "${memory}" ]]; then
		export DYNO_RAM="${memory}"
		if [[ ! -v WEB_CONCURRENCY && -n "${cpus}" ]]; then
			concurrency::set "${memory}" "${cpus}"
		fi
	fi
}

concurrency::start
unset -f concurrency::memory concurrency::set concurrency::start
