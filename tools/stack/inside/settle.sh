#!/usr/bin/env bash
# Usage: settle.sh BUILD_DIR CACHE_DIR WHEELHOUSE UPSTREAM, as root when all is in its place
#
# Gives the build its user, and the wrapped buildpack's bin/compile a note of the cache. Debian's
# Python comes without pip's wheel, so that is put where it is looked for. Where there are archives
# of Python, the wrapped buildpack is the real one: it downloads Python with curl, and installs pip
# without a look at config vars.

set -euo pipefail -o errtrace
shopt -s inherit_errexit

readonly BUILD_DIR="${1}" CACHE_DIR="${2}" WHEELHOUSE="${3}" UPSTREAM="${4}"

mkdir --parents "${CACHE_DIR}" /usr/share/python-wheels
chown --recursive dyno:dyno "${BUILD_DIR}" "${UPSTREAM}" /slugfit /stack/notes
cp "${WHEELHOUSE}"/pip-*.whl /usr/share/python-wheels/
mv "${UPSTREAM}/bin/compile" "${UPSTREAM}/bin/compile.wrapped"
cp /stack/bin/compile.sh "${UPSTREAM}/bin/compile"
if [[ -d /stack/archives ]]; then
	cp /stack/bin/curl.sh /usr/local/bin/curl
	printf '[global]\nno-index = true\nfind-links = %s\n' "${WHEELHOUSE}" >/etc/pip.conf
fi
