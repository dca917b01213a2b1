#!/bin/bash
# Configures the broker from its environment (KAFKA_NODE_ID becomes node.id, and so on), formats its storage
# on the first start, and runs it. Kafka's own wrapper does the first two, here as in the official image.
set -euo pipefail

export CLUSTER_ID="${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}"

# The classes that a process loads, from an archive that archive-classes.sh makes.
archive() {
  echo "${KAFKA_ARCHIVE:--XX:SharedArchiveFile}=/opt/kafka/archive/$1.jsa"
}

# C1 and the serial collector start a process of a few seconds' life soonest. The storage keeps its format
# over a restart, which the wrapper reports as a failure.
if ! setup=$(java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m "$(archive setup)" -cp '/opt/kafka/libs/*' \
  kafka.docker.KafkaDockerWrapper setup \
  --default-configs-dir /etc/kafka/docker \
  --mounted-configs-dir /mnt/shared/config \
  --final-configs-dir /opt/kafka/config 2>&1) && [[ "$setup" != *"already formatted"* ]]; then
  echo "$setup" >&2
  exit 1
fi

read -ra heap <<<"${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G}"
read -ra performance <<<"${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35}"
read -ra options <<<"${KAFKA_OPTS:-}"

exec java "${heap[@]}" -server "$(archive kafka)" "${performance[@]}" -Djava.awt.headless=true "${options[@]}" \
  -Dkafka.logs.dir=/opt/kafka/logs \
  -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml \
  -cp '/opt/kafka/libs/*' kafka.Kafka /opt/kafka/config/server.properties
