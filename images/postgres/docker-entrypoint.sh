#!/bin/bash
# Makes the database cluster on the first start, then runs the command (postgres [-c name=value …]).
#   POSTGRES_USER (postgres), POSTGRES_DB (the user's name), POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE,
#   POSTGRES_INITDB_ARGS
set -euo pipefail

make_cluster() {
  local user=${POSTGRES_USER:-postgres}
  local database=${POSTGRES_DB:-$user}
  local password=${POSTGRES_PASSWORD:-}
  local new=$PGDATA/.new
  if [[ -n "${POSTGRES_PASSWORD_FILE:-}" ]]; then
    password=$(<"$POSTGRES_PASSWORD_FILE")
  fi
  if [[ -z "$password" ]]; then
    echo "postgres: no password for $user: set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD" >&2
    exit 1
  fi

  # Made aside and moved in with PG_VERSION last: a start that is killed here starts over next time.
  rm -rf "$new"
  local arguments
  read -ra arguments <<<"${POSTGRES_INITDB_ARGS:-}"
  initdb --pgdata="$new" --username="$user" --pwfile=<(printf '%s\n' "$password") \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 "${arguments[@]}"
  echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$new/postgresql.conf"
  if [[ "$database" != postgres ]]; then
    # With an OID as a running server assigns it, which the official image starts for it.
    postgres --single -j -D "$new" postgres <<<"CREATE DATABASE \"${database//\"/\"\"}\" OID = 16384;" >/dev/null
  fi
  local version=$new/PG_VERSION
  find "$new" -mindepth 1 -maxdepth 1 ! -path "$version" -exec mv -t "$PGDATA" {} +
  mv "$version" "$PGDATA/"
  rmdir "$new"
}

if [[ "${1:-}" == -* ]]; then
  set -- postgres "$@"
fi
if [[ "${1:-}" == postgres && ! -s "$PGDATA/PG_VERSION" ]]; then
  make_cluster
fi
exec "$@"
