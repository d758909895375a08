#!/bin/sh
# Whether the UI says that it is healthy; an edition without UI has no UI_URL and passes.
# Reads UI_URL; and, unless the defaults will do, DEADLINE_SECONDS and INTERVAL_SECONDS.
set -eu

if [ -z "${UI_URL:-}" ]; then
  echo "PASS: this edition has no UI"
  exit 0
fi
deadline=$(($(date +%s) + ${DEADLINE_SECONDS:-300}))
until curl --silent --show-error --fail --max-time 10 --output /dev/null "$UI_URL/service/health"; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "FAIL: $UI_URL/service/health does not answer" >&2
    exit 1
  fi
  echo "waiting: $UI_URL/service/health does not answer"
  sleep "${INTERVAL_SECONDS:-5}"
done
echo "PASS: $UI_URL is healthy"
