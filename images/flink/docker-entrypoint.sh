#!/bin/bash
# jobmanager | taskmanager [-Dkey=value …], or any other command, run once the configuration is written.
# FLINK_PROPERTIES: options as `key: value` lines, which override conf/config.yaml. As in the official image, every blank
#   is removed, so that what fails there fails here. JVM_ARGS: options of the JVM.
set -euo pipefail
. "$FLINK_HOME/bin/common.sh"

properties=(-D "jobmanager.rpc.address=${JOB_MANAGER_RPC_ADDRESS:-$(hostname)}")
while IFS= read -r line; do
  line=${line//[[:space:]]/}
  if [[ -n "$line" ]]; then properties+=(-D "${line%%:*}=${line#*:}"); fi
done <<<"${FLINK_PROPERTIES:-}"

configuration=$(flink_utils UPDATE_AND_GET_FLINK_CONFIGURATION -flatten "${properties[@]}")
printf '%s\n' "$configuration" >"$FLINK_HOME/conf/config.yaml"

# Flink derives heap, direct memory and metaspace from a process size: first line JVM flags, second options.
start() {
  local component=$1 main=$2 resources=$3
  local parameters flags options
  parameters=$(flink_utils "$resources" "${@:4}")
  { read -r flags; read -ra options; } <<<"$parameters"
  JVM_ARGS="${JVM_ARGS:-} $flags" run_flink "$component" "$main" "$(classpath)" \
    --configDir "$FLINK_HOME/conf" "${options[@]}" "${@:4}"
}

case "${1:-help}" in
  jobmanager)
    start jobmanager org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
      GET_JM_RESOURCE_PARAMS "${@:2}"
    ;;
  taskmanager)
    start taskmanager org.apache.flink.runtime.taskexecutor.TaskManagerRunner GET_TM_RESOURCE_PARAMS "${@:2}"
    ;;
  help)
    echo "Usage: (jobmanager|taskmanager|/opt/flink/bin/sql-gateway.sh start-foreground) [-Dkey=value …]"
    ;;
  *)
    exec "$@"
    ;;
esac
