#!/bin/bash
# Makes pgAdmin's database, registers the servers and copies the pgpass file on the first start, then serves. Like the
# official image, it copies nothing later, and does not begin a first start again that was cut: start-pgadmin.py does.
#   PGADMIN_DEFAULT_EMAIL, PGADMIN_DEFAULT_PASSWORD or PGADMIN_DEFAULT_PASSWORD_FILE
#   PGADMIN_LISTEN_ADDRESS ([::]), PGADMIN_LISTEN_PORT (80), GUNICORN_THREADS (25), GUNICORN_ACCESS_LOGFILE (-)
#   PGADMIN_SERVER_JSON_FILE (/pgadmin4/servers.json)
#   PGPASS_FILE: copied to where a server's connection parameter `passfile: /.pgpass` is looked up
#   PGADMIN_CONFIG_…: settings of config.py, as Python expressions
set -euo pipefail
cd /pgadmin4
python=/venv/bin/python
data=/var/lib/pgadmin
servers=${PGADMIN_SERVER_JSON_FILE:-/pgadmin4/servers.json}

{
  echo "LOG_FILE = '/dev/null'"
  echo "HELP_PATH = 'https://www.pgadmin.org/docs/pgadmin4/latest/'"
  for name in "${!PGADMIN_CONFIG_@}"; do
    echo "${name#PGADMIN_CONFIG_} = ${!name}"
  done
} >config_distro.py

serve=(/venv/bin/gunicorn)
password=
if [[ ! -f $data/pgadmin4.db ]]; then
  password=${PGADMIN_DEFAULT_PASSWORD:-}
  if [[ -n "${PGADMIN_DEFAULT_PASSWORD_FILE:-}" ]]; then
    password=$(<"$PGADMIN_DEFAULT_PASSWORD_FILE")
  fi
  if [[ -z "${PGADMIN_DEFAULT_EMAIL:-}" || -z "$password" ]]; then
    echo "pgadmin: set PGADMIN_DEFAULT_EMAIL and PGADMIN_DEFAULT_PASSWORD_FILE" >&2
    exit 1
  fi
  serve=($python first_start.py "$PGADMIN_DEFAULT_EMAIL" "$servers")
  # libpq takes a password file only if nobody else can read it.
  if [[ -n "${PGPASS_FILE:-}" ]]; then
    storage=$data/storage/${PGADMIN_DEFAULT_EMAIL/@/_}
    mkdir -p "$storage"
    install -m 0600 "$PGPASS_FILE" "$storage/.pgpass"
  fi
fi

# One worker: pgAdmin keeps its connections in the process. The password is for the first start.
exec "${serve[@]}" --bind "${PGADMIN_LISTEN_ADDRESS:-[::]}:${PGADMIN_LISTEN_PORT:-80}" --workers 1 \
  --threads "${GUNICORN_THREADS:-25}" --timeout 86400 --access-logfile "${GUNICORN_ACCESS_LOGFILE:--}" run_pgadmin:app \
  <<<"$password"
