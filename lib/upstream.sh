# shellcheck shell=bash
# The wrapped buildpack: where it comes from, and that it is what was asked for.
#
# Usage: source lib/output.sh, lib/redact.sh, lib/cache.sh and lib/upstream.sh, with SCRATCH_DIR set to a folder of
# this run's own.

# heroku/heroku-buildpack-python v351. The hash is the check: git computes it from the content.
readonly UPSTREAM_URL='https://github.com/heroku/heroku-buildpack-python'
readonly UPSTREAM_COMMIT='b4e7e721dc39a097feb68305bbd7551578782992'
readonly UPSTREAM_VERSION='v351'

# git without questions: a prompt would hang a build until its time-out. The user's configuration is
# read on purpose (proxies, certificates, mirrors and credential helpers live there); what could
# change the unpacked files is overruled. A surrounding git command's own variables would point this
# one at the wrong repository; traces show passwords.
readonly UPSTREAM_GIT=(
	env
	--unset=GIT_ALTERNATE_OBJECT_DIRECTORIES --unset=GIT_COMMON_DIR --unset=GIT_DEFAULT_HASH
	--unset=GIT_DIR --unset=GIT_INDEX_FILE --unset=GIT_NAMESPACE --unset=GIT_OBJECT_DIRECTORY
	--unset=GIT_QUARANTINE_PATH --unset=GIT_SHALLOW_FILE --unset=GIT_WORK_TREE
	--unset=GIT_CURL_VERBOSE --unset=GIT_TRACE --unset=GIT_TRACE_CURL --unset=GIT_TRACE_PACKET
	GIT_ASKPASS=
	GIT_SSH_COMMAND="${GIT_SSH_COMMAND:-ssh -o BatchMode=yes}"
	GIT_TERMINAL_PROMPT=0
	LC_ALL=C
	git
	-c core.attributesFile=/dev/null
	-c core.autocrlf=false
	-c core.eol=lf
	-c gc.auto=0
	-c http.lowSpeedLimit=1000
	-c http.lowSpeedTime=60
	-c tar.umask=0022
)
readonly UPSTREAM_REFERENCE='refs/slugfit/wrapped'

# upstream::obtain VALUE CACHE_DIR DEST SCRIPT: puts the buildpack that VALUE (SLUGFIT_UPSTREAM; empty
# for the pinned one) names into DEST, afresh: an `export` file of an earlier build must not survive.
# It has to have a bin/SCRIPT. Ends the build, with the reason and the ways out, if that fails.
upstream::obtain() {
	local value="${1}" cache_dir="${2}" dest="${3}" script="${4}" path="${1%%\?*}" shown reference
	shown="$(redact::url "${value}")"
	reference="$(upstream::_reference "${value}")"
	rm --recursive --force "${dest}"
	mkdir --parents "${dest}"
	if [[ -z "${value}" ]]; then
		output::step "Wrapping heroku/heroku-buildpack-python ${UPSTREAM_VERSION}"
		upstream::_from_git "${UPSTREAM_URL}" "${UPSTREAM_COMMIT}" "${cache_dir}" "${dest}"
	elif [[ -d "${value}" && -e "${value}/bin/compile" ]]; then
		output::step "Wrapping the buildpack in the folder ${value}"
		upstream::_from_folder "${value}" "${dest}"
	elif [[ "${path}" =~ \.(tar|tgz|tar\.gz|tar\.zst|zip)$ && "${value}" != *'#'* ]]; then
		output::step "Wrapping the buildpack from ${shown}"
		upstream::_from_archive "${value}" "${dest}"
	elif [[ "${value}" == *'://'* || "${value}" == *'#'* || "${value}" == *.git || "${value}" =~ ^[^/]+@[^/]+: ]]; then
		output::step "Wrapping the buildpack from ${shown}"
		upstream::_from_git "${value%%#*}" "${reference}" "${cache_dir}" "${dest}"
	else
		upstream::_fail "${value}" '' 'it is not a folder with a bin/compile, not an archive and not a git URL'
	fi
	if [[ ! -f "${dest}/bin/${script}" || ! -x "${dest}/bin/${script}" ]]; then
		upstream::_fail "${value:-${UPSTREAM_URL}}" '' "it has no bin/${script} that can be run"
	fi
}

# What stands after the #; HEAD if there is nothing. A hash may be written in capitals.
upstream::_reference() {
	local reference=''
	if [[ "${1}" == *'#'* ]]; then
		reference="${1#*#}"
	fi
	if [[ "${reference}" =~ ^[0-9a-fA-F]{40}$ ]]; then
		reference="${reference,,}"
	fi
	printf '%s\n' "${reference:-HEAD}"
}

upstream::_from_folder() {
	local folder="${1}" dest="${2}"
	# The history is not needed, and an old `export` would be taken for this build's.
	if ! tar --create --directory "${folder}" --exclude=./.git --exclude=./export . \
		| tar --extract --directory "${dest}" --no-same-owner; then
		upstream::_fail "${folder}" '' 'the folder could not be copied'
	fi
}

upstream::_from_archive() {
	local value="${1}" dest="${2}" archive="${1}" unpack why
	local tree="${SCRATCH_DIR:?}/tree" log="${SCRATCH_DIR}/log"
	mkdir "${tree}"
	if [[ "${value}" == *'://'* ]]; then
		archive="${SCRATCH_DIR}/archive"
		upstream::_download "${value}" "${archive}" "${log}"
	fi
	case "${value%%\?*}" in
		*.zip) unpack=(unzip -q -d "${tree}" "${archive}") ;;
		*) unpack=(tar --extract --no-same-owner --directory "${tree}" --file "${archive}") ;;
	esac
	if ! "${unpack[@]}" &>"${log}"; then
		why="$(upstream::_why_not_unpacked "${value}" "${archive}" "${log}")"
		upstream::_fail "${value}" '' "${why}"
	fi
	upstream::_adopt "${tree}" "${dest}"
}

# upstream::_why_not_unpacked VALUE ARCHIVE LOG: prints what is wrong with the archive, and what to do.
upstream::_why_not_unpacked() {
	local value="${1}" archive="${2}" log="${3}" size said program=tar
	if [[ ! -f "${archive}" || ! -r "${archive}" ]]; then
		printf '%s\n' 'there is no such file, or it may not be read.'
		return 0
	fi
	case "${value%%\?*}" in
		*.zip) program=unzip ;;
		*.zst) program=zstd ;;
		*) ;;
	esac
	size="$(wc --bytes <"${archive}")"
	if ! type -P "${program}" >/dev/null; then
		printf '%s\n' "this machine has no ${program} to unpack it with. Pack it as .tar.gz instead."
	elif [[ "${size}" -eq 0 ]]; then
		printf '%s\n' 'the archive is empty (0 bytes). Pack and upload it again.'
	elif grep --quiet --ignore-case --extended-regexp \
		'unexpected e(nd of file|of)|premature end|end-of-central-directory|not look like a tar|not in gzip|unsupported format' "${log}"; then
		printf '%s\n' "the archive is cut off, or it is none (it has ${size} bytes). Compare that with the" \
			'original, and download, pack or upload it again; a page that asks for a login is no archive.'
	else
		said="$(upstream::_last_line "${value}" '' "${log}")"
		printf '%s\n' "the archive could not be unpacked: ${said}"
	fi
}

upstream::_download() {
	local url="${1}" archive="${2}" log="${3}" quoted why
	quoted="${url//\\/\\\\}"
	quoted="${quoted//\"/\\\"}"
	# The URL goes in by standard input: the list of processes is no place for a password.
	if ! curl --config - --fail --location --proto '=file,http,https' --silent --show-error \
		--connect-timeout 20 --speed-limit 1000 --speed-time 60 --retry 2 \
		--output "${archive}" <<<"url = \"${quoted}\"" 2>"${log}"; then
		why="$(upstream::_last_line "${url}" '' "${log}")"
		upstream::_fail "${url}" '' "${why}"
	fi
}

# Archives of a release have one folder around everything.
upstream::_adopt() {
	local tree="${1}" dest="${2}" inside
	if [[ ! -d "${tree}/bin" ]]; then
		inside="$(find "${tree}" -mindepth 1 -maxdepth 1 -type d)"
		if [[ -d "${inside}" ]]; then
			tree="${inside}"
		fi
	fi
	rm --force "${tree}/export"
	rmdir "${dest}"
	mv "${tree}" "${dest}"
}

# One commit, without its history, in CACHE_DIR/slugfit/upstream.git. A full hash that is there
# already costs no network; a tag or a branch is asked for in every build, because it can move.
# Several builds may share the cache: each fetches into a repository of its own, unpacks from that,
# and then puts it in place, so the last one wins and none waits.
upstream::_from_git() {
	local url="${1}" reference="${2}" cache_dir="${3}" dest="${4}" state=other commit shown new
	local repository="${cache_dir}/slugfit/upstream.git"
	if [[ "${reference}" =~ ^[0-9a-f]{40}$ ]]; then
		state="$(upstream::_state "${repository}" "${reference}")"
	fi
	if [[ "${state}" == sound ]]; then
		# Another build may take it away in the meantime.
		state="$(upstream::_unpack "${repository}" "${reference}" "${dest}")"
	fi
	if [[ "${state}" == unpacked ]]; then
		output::indent "Commit ${reference} (from the build cache)"
	else
		if [[ "${state}" == damaged ]]; then
			output::indent 'The copy in the build cache is damaged; it is fetched again.'
		fi
		new="$(cache::new_folder "${repository}")"
		upstream::_fetch "${url}" "${reference}" "${new}"
		commit="$("${UPSTREAM_GIT[@]}" --git-dir="${new}" rev-parse --verify "${UPSTREAM_REFERENCE}^{commit}")"
		shown="$(upstream::_shown "${url}" "${reference}")"
		output::indent "Commit ${commit} (fetched from ${shown})"
		state="$(upstream::_unpack "${new}" "${commit}" "${dest}")"
		if [[ "${state}" == damaged ]]; then
			upstream::_fail "${url}" "${reference}" 'its files could not be unpacked; is the disk full?'
		fi
		cache::replace_folder "${new}" "${repository}"
	fi
	# Committed by mistake, it would be taken for this build's.
	rm --force "${dest}/export"
}

# upstream::_unpack REPOSITORY COMMIT DEST: prints `unpacked` if all of it is in DEST, else `damaged`.
upstream::_unpack() {
	if "${UPSTREAM_GIT[@]}" --git-dir="${1}" archive --format=tar "${2}" 2>/dev/null \
		| tar --extract --directory "${3}" --no-same-owner 2>/dev/null; then
		printf 'unpacked\n'
	else
		printf 'damaged\n'
	fi
}

# Prints `sound` if the repository holds the commit and all of its files, as they were committed;
# else `damaged`, or `other` for another commit or no repository.
upstream::_state() {
	local repository="${1}" commit="${2}" git=("${UPSTREAM_GIT[@]}" --git-dir="${1}") found
	if [[ ! -d "${repository}" ]]; then
		printf 'other\n'
	elif ! found="$("${git[@]}" rev-parse --verify --quiet "${UPSTREAM_REFERENCE}^{commit}" 2>/dev/null)"; then
		printf 'damaged\n'
	elif [[ "${found}" != "${commit}" ]]; then
		printf 'other\n'
	elif ! "${git[@]}" fsck --full --no-dangling --no-progress &>/dev/null; then
		printf 'damaged\n'
	else
		printf 'sound\n'
	fi
}

# upstream::_fetch URL REFERENCE REPOSITORY: fetches into a new repository, in an empty folder of this
# build's own. An interrupted fetch leaves no half of one where others look, and old commits do not
# pile up in the cache.
upstream::_fetch() {
	local url="${1}" reference="${2}" new="${3}" log="${SCRATCH_DIR:?}/log" why found
	local git=("${UPSTREAM_GIT[@]}" --git-dir="${3}")
	if ! "${git[@]}" check-ref-format "refs/${reference}"; then
		rm --recursive --force "${new}"
		upstream::_fail "${url}" "${reference}" 'what stands after the # is not a commit, tag or branch'
	fi
	if ! "${git[@]}" init --quiet --bare --template= "${new}" &>"${log}" \
		|| ! "${git[@]}" fetch --quiet --depth 1 --no-tags --no-write-fetch-head -- \
			"${url}" "+${reference}:${UPSTREAM_REFERENCE}" </dev/null &>"${log}"; then
		why="$(upstream::_why_not_fetched "${url}" "${reference}" "${log}")"
		rm --recursive --force "${new}"
		upstream::_fail "${url}" "${reference}" "${why}"
	fi
	found="$("${git[@]}" rev-parse --verify --quiet "${UPSTREAM_REFERENCE}^{commit}" 2>/dev/null || true)"
	if [[ -z "${found}" || ("${reference}" =~ ^[0-9a-f]{40}$ && "${found}" != "${reference}") ]]; then
		why="$(upstream::_why_no_commit "${new}" "${found}")"
		rm --recursive --force "${new}"
		upstream::_fail "${url}" "${reference}" "${why}"
	fi
}

# upstream::_why_not_fetched URL REFERENCE LOG: prints what is wrong, and what to write.
upstream::_why_not_fetched() {
	local url="${1}" reference="${2}" log="${3}"
	if [[ "${reference}" =~ ^[0-9a-fA-F]{4,}$ ]] && grep --quiet "couldn't find remote ref" "${log}"; then
		printf '%s\n' "no branch or tag there has this name. If it is a part of a commit's hash: write all of" \
			"its 40 digits (git rev-parse ${reference}, in a clone), because a server finds no shorter one."
	elif grep --quiet "couldn't find remote ref" "${log}"; then
		printf '%s\n' 'no branch or tag there has this name. git ls-remote URL lists those that there are.'
	elif grep --quiet --extended-regexp 'not our ref|unadvertised object' "${log}"; then
		printf '%s\n' 'no commit there has this hash, or the server does not give it out. Write one that is' \
			'part of a branch or tag of this repository; a commit has to be pushed first.'
	else
		upstream::_last_line "${url}" "${reference}" "${log}"
	fi
}

# upstream::_why_no_commit REPOSITORY COMMIT: the same for a hash of something else, such as a tag that
# leads to COMMIT.
upstream::_why_no_commit() {
	local kind
	kind="$("${UPSTREAM_GIT[@]}" --git-dir="${1}" cat-file -t "${UPSTREAM_REFERENCE}" 2>/dev/null || true)"
	case "${kind}" in
		tag) printf '%s\n' "this is the hash of a tag. Write the tag's name, or the commit that it names: ${2}" ;;
		tree) printf '%s\n' 'this is the hash of a tree, which is the files of a commit. Write the hash of the' \
			'commit: git log shows it.' ;;
		*) printf '%s\n' "this is the hash of a ${kind:-thing}, not of a commit. Write the hash of the commit:" \
			'git log shows it.' ;;
	esac
}

# Prints URL as it may be shown. With an @ in REFERENCE, both can be one password that holds a #.
upstream::_shown() {
	local url="${1}" reference="${2}"
	if [[ "${reference}" == *@* ]]; then
		url+="#${reference}"
	fi
	redact::url "${url}"
}

# Prints REFERENCE as it may be shown: as the fragment of a URL would be.
upstream::_shown_reference() {
	if [[ -n "${1}" && ! "${1}" =~ ^[A-Za-z0-9._/-]+$ ]]; then
		printf '…\n'
	else
		printf '%s\n' "${1}"
	fi
}

# The last thing that git, curl or tar said, with URL and REFERENCE as they may be shown.
upstream::_last_line() {
	local url="${1}" reference="${2}" log="${3}" line shown
	# For git and curl these end the host, and then a part of a password is told as the host's name.
	if [[ "${url}" == *'://'* && "${url#*://}#${reference}" == *[/?#]*@* ]]; then
		printf '%s\n' 'it is not shown, because it may hold a part of a password. In a URL a / in a user' \
			'name or password is written %2F, a ? %3F, a # %23 and an @ %40.'
		return 0
	fi
	line="$(sed '/^[[:space:]]*$/d' "${log}" | tail --lines=1)"
	shown="$(redact::url "${url}")"
	line="${line//"${url}"/"${shown}"}"
	if [[ -n "${reference}" ]]; then
		shown="$(upstream::_shown_reference "${reference}")"
		line="${line//"${reference}"/"${shown}"}"
	fi
	redact::text "${line:-no reason was given}"
}

upstream::_fail() {
	local url="${1}" reference="${2}" why="${3}" shown
	shown="$(upstream::_shown "${url}" "${reference}")"
	reference="$(upstream::_shown_reference "${reference}")"
	output::error <<-END
		The buildpack that Slugfit wraps could not be obtained.

		From:   ${shown}${reference:+
		Commit: ${reference}}
		Reason: ${why//$'\n'/$'\n'        }

		Ways out:
		- Build again: the network or the server may have had a bad moment.
		- Set SLUGFIT_UPSTREAM to something that this machine can reach: a folder, an
		  archive (.tar, .tgz, .tar.gz, .tar.zst, .zip), or a git URL and #commit.
		- Add heroku/python before Slugfit. Slugfit then fetches nothing, and only slims.
	END
	exit 1
}
