#!/bin/sh
# Whether the API answers, accepts the login of the administrator, and sees every service that both editions have.
# Reads API_URL, ADMIN_USERNAME, ADMIN_PASSWORD; and, unless the defaults will do, DEADLINE_SECONDS and INTERVAL_SECONDS.
set -eu

: "${API_URL:?is missing}" "${ADMIN_USERNAME:?is missing}" "${ADMIN_PASSWORD:?is missing}"
deadline=$(($(date +%s) + ${DEADLINE_SECONDS:-300}))
body=$(mktemp)
errors=$(mktemp)
trap 'rm -f "$body" "$errors"' EXIT

get() {
  curl --silent --show-error --fail --max-time 10 --output "$body" "$@" 2>"$errors"
}

# Inside double quotes, curl reads \\ and \" of its configuration as \ and ".
quoted() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

# curl reads the login from its standard input: neither an argument of a process nor a line of the log holds the password.
get_as_admin() {
  printf 'user = "%s:%s"\n' "$(quoted "$ADMIN_USERNAME")" "$(quoted "$ADMIN_PASSWORD")" | get --config - "$@"
}

# A restarted service leaves the record of its former pod behind: one record that is up is enough.
is_up() {
  tr -d ' \n' <"$body" | sed 's/"base_url"/\
&/g' | grep "\"servicename\":\"$1\"" | grep '"status":true' >/dev/null
}

check() {
  reason='/health does not answer'
  get "$API_URL/health" || return 1
  reason='/version does not answer'
  get "$API_URL/version" || return 1
  version=$(tr -d '\n' <"$body")
  reason='/v1/system does not accept the login of the administrator'
  get_as_admin "$API_URL/v1/system" || return 1
  for service in apiext catalog policy_engine simplequeue analyzer; do
    reason="/v1/system does not list the service $service as up"
    is_up "$service" || return 1
  done
}

until check; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "FAIL: $API_URL: $reason" >&2
    cat "$errors" >&2
    exit 1
  fi
  echo "waiting: $reason"
  sleep "${INTERVAL_SECONDS:-5}"
done
echo "PASS: $API_URL is healthy, all services are up, version $version"
