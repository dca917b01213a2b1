#!/bin/bash
# Runs a cluster and a small job once while the image is built, so that each JVM leaves an archive of the classes that it
# loads. A start then takes less CPU time: a third less for the JobManager.
set -euo pipefail

export FLINK_ARCHIVE=-XX:ArchiveClassesAtExit
export JVM_ARGS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
export FLINK_PROPERTIES="jobmanager.rpc.address: localhost
rest.address: localhost
jobmanager.memory.process.size: 768m
taskmanager.memory.process.size: 1g
taskmanager.numberOfTaskSlots: 1
state.backend.type: rocksdb
execution.checkpointing.interval: 500ms
execution.checkpointing.dir: file:///tmp/archive"

# request PORT METHOD PATH BODY
request() {
  exec 3<>"/dev/tcp/localhost/$1"
  printf '%s %s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "$2" "$3" "${#4}" "$4" >&3
  cat <&3
  exec 3>&-
}

# field NAME: the value of a field of the JSON on standard input.
field() {
  grep -o "\"$1\":\"[^\"]*" | cut -d'"' -f4
}

# answers PORT PATH PATTERN: waits until the answer contains the pattern.
answers() {
  for _ in {1..1200}; do
    if request "$1" GET "$2" "" 2>/dev/null | grep -q "$3"; then return; fi
    sleep 0.2
  done
  grep -v $'^\t' /tmp/archive.log | tail -n 20 >&2
  echo "archive-classes: no answer with $3 from $2" >&2
  return 1
}

processes=()
launch() {
  /docker-entrypoint.sh "$@" >>/tmp/archive.log &
  processes+=($!)
}

# One after the other: each writes Flink's configuration file.
launch jobmanager
answers 8081 /overview taskmanagers
launch taskmanager
answers 8081 /overview '"taskmanagers":1'
launch /opt/flink/bin/sql-gateway.sh start-foreground -Dsql-gateway.endpoint.rest.address=localhost
answers 8083 /info productName

session=/v3/sessions/$(request 8083 POST /v3/sessions '{}' | field sessionHandle)
for statement in \
  "CREATE TABLE numbers (id INT, amount DECIMAL(18, 2), read_at AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '500', 'number-of-rows' = '1000', 'fields.id.max' = '99')" \
  "CREATE TABLE nowhere (id INT, amount DECIMAL(38, 2), PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'blackhole')" \
  "CREATE VIEW once AS SELECT *, COUNT(*) OVER (PARTITION BY id ORDER BY read_at) AS occurrence FROM numbers" \
  "INSERT INTO nowhere SELECT id, SUM(amount) FROM (SELECT id, SUM(amount) AS amount FROM TUMBLE(TABLE once, DESCRIPTOR(read_at), INTERVAL '0.2' SECOND) WHERE occurrence > 0 GROUP BY window_start, window_end, id) GROUP BY id"; do
  operation=$(request 8083 POST "$session/statements" "{\"statement\": \"$statement\"}" | field operationHandle)
  answers 8083 "$session/operations/$operation/status" '"status":"\(FINISHED\|ERROR\)"'
done
answers 8081 /jobs/overview '"state":"FINISHED"'

kill "${processes[@]}"
wait "${processes[@]}" || true
rm -r /tmp/archive /tmp/archive.log
ls "$FLINK_HOME"/archive/{utils,jobmanager,taskmanager,sql-gateway}.jsa
