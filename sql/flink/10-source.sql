-- The topic: one row per message. The format `commerce-event` (flink-jars/event-format/) parses each message once, into
-- its nine fields or, if it is invalid, its payload and one of the reasons in docs/DATA_CONTRACT.md.
CREATE TABLE raw_events (
  transactionId   STRING,
  userId          STRING,
  transactionType STRING,
  amount          DECIMAL(18, 2),
  currency        STRING,
  transactionDate TIMESTAMP(3),
  category        STRING,
  merchant        STRING,
  location        STRING,
  reason          STRING,
  payload         BYTES,
  kafka_partition INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  kafka_offset    BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  received_at     TIMESTAMP_LTZ(3) NOT NULL METADATA FROM 'timestamp' VIRTUAL
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${kafkaBootstrapServers}',
  'properties.group.id' = '${consumerGroup}',
  'topic' = '${topic}',
  -- Only a job without state starts here; a checkpoint or savepoint has its own offsets. Without state the sums start
  -- at zero, so every event must be counted again (each sink upserts). From the group's committed offsets, they would
  -- overwrite the tables with sums of the newest events only.
  'scan.startup.mode' = 'earliest-offset',
  -- Reads partitions that are added later, without a restart.
  'scan.topic-partition-discovery.interval' = '30 s',
  -- An event of an aborted transaction never happened.
  'properties.isolation.level' = 'read_committed',
  'format' = 'commerce-event',
  'commerce-event.earliest-date' = '${earliestEventDate}',
  'commerce-event.latest-date' = '${latestEventDate}'
);

CREATE VIEW valid_events AS
SELECT
  transactionId, userId, transactionType, amount, currency, transactionDate, category, merchant, location,
  kafka_partition, kafka_offset, CAST(received_at AS TIMESTAMP(3)) AS received_at, PROCTIME() AS read_at
FROM raw_events
WHERE reason IS NULL;
