#!/bin/bash
# Kafka's command line tools, under the names that Kafka's distribution gives them.
set -euo pipefail
declare -A tools=(
  [kafka-topics]=org.apache.kafka.tools.TopicCommand
  [kafka-configs]=kafka.admin.ConfigCommand
  [kafka-consumer-groups]=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
  [kafka-console-consumer]=org.apache.kafka.tools.consumer.ConsoleConsumer
  [kafka-console-producer]=org.apache.kafka.tools.ConsoleProducer
  [kafka-get-offsets]=org.apache.kafka.tools.GetOffsetShell
)
tool=$(basename "$0" .sh)
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m \
  -Dlog4j2.configurationFile=/etc/kafka/docker/tools-log4j2.yaml \
  -cp '/opt/kafka/libs/*' "${tools[$tool]}" "$@"
