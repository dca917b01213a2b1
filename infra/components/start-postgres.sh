#!/bin/sh
# Prepares the data folder, then starts the server as the image does.
#   sh start-postgres.sh postgres [-c name=value …]
# POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD_FILE say what must be in it.
set -eu
new=$PGDATA/.new

in_data_folder() {
  find "$PGDATA" -mindepth 1 -maxdepth 1 "$@"
}

single() {
  # A killed server leaves its lock with its process id, 1, which is now this script's.
  # A failed statement would be logged with the password.
  PG_GRANDPARENT_PID=1 postgres --single -D "$1" -c log_min_error_statement=panic postgres
}

# With an OID as a running server assigns it: pgAdmin hides databases with a lower one.
create_database() {
  echo "CREATE DATABASE \"$POSTGRES_DB\" OID = 16384" | single "$1" >/dev/null
}

let_clients_in() {
  echo "host all all all scram-sha-256" >>"$1/pg_hba.conf"
}

# Creates the cluster aside, so that a start that is killed here begins again. With the locale that sorts the same on every
# version of Linux: the images' own differ, and a volume may move between them.
create_cluster() {
  rm -rf "$new"
  initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  let_clients_in "$new"
  create_database "$new"
}

# PG_VERSION last: it is what tells a complete cluster from an incomplete one.
move_cluster() {
  find "$new" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  mv "$new/PG_VERSION" "$PGDATA/"
  rmdir "$new"
}

# The image's own first start works in place and writes PG_VERSION first. Until it is done, its server listens on its
# socket only, which postmaster.opts shows, so no client can have written anything. A base backup has no postmaster.opts.
has_served() {
  [ -e "$PGDATA/backup_label" ] || [ -e "$PGDATA/backup_manifest" ] ||
    [ "$(find "$PGDATA/base" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -gt 3 ] ||
    { [ -e "$PGDATA/postmaster.opts" ] && ! grep -q '"listen_addresses="' "$PGDATA/postmaster.opts"; }
}

# The image sets these values at its first start only. Letters and digits need no quoting.
update_cluster() {
  databases=$(single "$PGDATA" <<SQL
ALTER ROLE "$POSTGRES_USER" PASSWORD '$(cat "$POSTGRES_PASSWORD_FILE")'
SELECT datname FROM pg_database
SQL
  )
  case $databases in
    *"datname = \"$POSTGRES_DB\""*) ;;
    *) create_database "$PGDATA" ;;
  esac
  if ! grep -E '^host' "$PGDATA/pg_hba.conf" | grep -qvE '127\.0\.0\.1/32|::1/128'; then
    let_clients_in "$PGDATA"
  fi
}

prepare() {
  if [ -s "$PGDATA/PG_VERSION" ] && ! has_served; then
    echo "start-postgres: the first start was not completed; it begins again"
    in_data_folder ! -name PG_VERSION -exec rm -rf {} +
    rm "$PGDATA/PG_VERSION"
  fi
  if [ -s "$PGDATA/PG_VERSION" ]; then
    update_cluster
  elif [ -z "$(in_data_folder ! -name .new)" ]; then
    create_cluster
    move_cluster
  elif [ -s "$new/PG_VERSION" ]; then
    move_cluster # was killed while moving
  else
    echo "start-postgres: $PGDATA has files, but no PG_VERSION; they are left as they are" >&2
    exit 1
  fi
}

# The official image starts as root; the server and its tools refuse to run as root.
if [ "$(id -u)" = 0 ]; then
  chown postgres "$PGDATA"
  gosu postgres sh "$0" prepare
else
  prepare
fi
if [ "$1" != prepare ]; then
  # Debian's default is localhost.
  exec docker-entrypoint.sh "$@" -c "listen_addresses=*"
fi
