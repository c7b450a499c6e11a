#!/usr/bin/env bash
# Usage: ask.sh PORT SECONDS
#
# Waits until something listens on PORT, for SECONDS at most, asks for / and prints a line each:
# seconds to the port, seconds to the answer, the answer's first line, the user id, the bytes of
# memory that the user's processes hold, and those that they may hold. Exit code 1 if nothing listens, 2 if there is no answer, 3 if
# the web process has ended.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

readonly PORT="${1}" SECONDS_AT_MOST="${2}"

ask::now() {
	printf '%s\n' "${EPOCHREALTIME/./}"
}

ask::since() {
	local now
	now="$(ask::now)"
	printf '%d.%d\n' "$(((now - start) / 1000000))" "$(((now - start) / 100000 % 10))"
}

# Prints `ready`, `ended` or `waiting`. A process that was just started may not have noted its number.
ask::state() {
	local web=''
	if [[ -s /stack/notes/web.pid ]]; then
		web="$(</stack/notes/web.pid)"
	fi
	if (: <>"/dev/tcp/127.0.0.1/${PORT}") 2>/dev/null; then
		printf 'ready\n'
	elif [[ -n "${web}" ]] && ! kill -0 "${web}" 2>/dev/null; then
		printf 'ended\n'
	else
		printf 'waiting\n'
	fi
}

# Pages that processes share are counted once.
ask::memory() {
	cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print sum * 1024 }' || true
}

# Where the kernel notes it depends on its version of control groups.
ask::limit() {
	cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || true
}

start="$(ask::now)"
SECONDS=0
state="$(ask::state)"
while [[ "${state}" != ready ]]; do
	if [[ "${state}" == ended ]]; then
		exit 3
	elif [[ "${SECONDS}" -ge "${SECONDS_AT_MOST}" ]]; then
		exit 1
	fi
	sleep 0.1
	state="$(ask::state)"
done
ask::since
exec 3<>"/dev/tcp/127.0.0.1/${PORT}"
printf 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 30 answer <&3 || exit 2
ask::since
printf '%s\n' "${answer%$'\r'}"
id --user
ask::memory
ask::limit
