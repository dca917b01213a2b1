#!/bin/bash
# sql-gateway.sh start-foreground [-Dkey=value …]
set -euo pipefail
. "$FLINK_HOME/bin/common.sh"

if [[ "${1:-}" != start-foreground ]]; then
  echo "Usage: sql-gateway.sh start-foreground [-Dkey=value …]" >&2
  exit 1
fi
run_flink sql-gateway org.apache.flink.table.gateway.SqlGateway \
  "$(classpath "$FLINK_HOME"/opt/flink-sql-{gateway,client}-*.jar)" "${@:2}"
