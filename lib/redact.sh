# shellcheck shell=bash
# What of a URL may be shown. The rule, and cases for it, are in tests/redaction_cases.json;
# lib/slugfit/base/urls.py is the same rule for Python. This one works where no Python starts.
#
# Usage: source lib/redact.sh

# One line at a time. No line holds a line break, so that marks made of one cannot be in the text:
# first around each run from :// to its end, then the runs become what they are shown as.
readonly REDACT_SCRIPT='
	s_://[^[:space:]]*[?#][^[:space:]]*@[^[:space:]'\''"`]*_://…_g
	s_://[^[:space:]]*@_://_g
	s_://([^[:space:]'\''"`]*)_\n<\1\n>_g
	s_\n<((\[[^]/?#\n]*\]|[^:/?#[\n]*)(:[0-9]*)?([/?#][^\n]*)?\n>)_\n=\1_g
	s_\n<[^\n]*\n>_://…_g
	s_\n=([^?#\n]*)[?][^\n]*\n>_://\1?…_g
	s_\n=([^?#\n]*#[A-Za-z0-9._/-]+)\n>_://\1_g
	s_\n=([^?#\n]*)#[^\n]*\n>_://\1#…_g
	s_\n=([^\n]*)\n>_://\1_g
'

# redact::text [TEXT]: prints TEXT, or stdin if there is none, with every URL in it as it may be shown.
redact::text() {
	if [[ "$#" -gt 0 ]]; then
		redact::text <<<"${1}"
		return
	fi
	# Bytes, as undecodable ones end no URL.
	LC_ALL=C sed --regexp-extended "${REDACT_SCRIPT}"
}

# redact::url URL: prints one whole URL as it may be shown. A blank or a quote in it is part of it,
# which redact::text cannot know.
redact::url() {
	if [[ "${1}" == *'://'* && "${1}" == *[[:space:]\'\"\`]* && "${1}" == *[@?]* ]]; then
		printf '%s://…\n' "${1%%://*}"
	else
		redact::text "${1}"
	fi
}
