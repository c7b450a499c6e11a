#!/usr/bin/env bash
# gunicorn behind the platform's router: trust its headers, write the access log to stdout.
# It is sourced at boot.
export FORWARDED_ALLOW_IPS='*'
export GUNICORN_CMD_ARGS="${GUNICORN_CMD_ARGS:---access-logfile -}"
