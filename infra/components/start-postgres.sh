#!/bin/sh
# Sets the owner's current password, then starts the server as the image does.
#   sh start-postgres.sh postgres [-c name=value …]
set -eu
if [ -s "$PGDATA/PG_VERSION" ]; then
  # A failed statement would be logged with the password. Letters and digits need no quoting.
  set_password="postgres --single -D $PGDATA -c log_min_error_statement=panic postgres"
  if [ "$(id -u)" = 0 ]; then
    set_password="gosu postgres $set_password"
  fi
  $set_password >/dev/null <<SQL
ALTER ROLE "$POSTGRES_USER" PASSWORD '$(cat "$POSTGRES_PASSWORD_FILE")'
SQL
fi
exec docker-entrypoint.sh "$@"
