-- The topic as it comes in: JSON, one event a message, nothing trusted.
--
-- Every field is read as STRING. A number keeps its digits that way (no detour through DOUBLE, and no
-- 1e999999999 that eats the heap), and a value of the wrong type is judged below, not by the JSON format.
-- A message that is not JSON at all is skipped: a bad event must not stop the job.
CREATE TABLE raw_events (
  transactionId   STRING,
  userId          STRING,
  transactionType STRING,
  amount          STRING,
  currency        STRING,
  transactionDate STRING,
  category        STRING,
  merchant        STRING,
  location        STRING,

  -- ISO-8601 to UTC: date, `T` or blank, time, up to nine digits of fraction, then `Z`, ±hh:mm, ±hhmm or
  -- nothing, which means UTC. The shape is checked first, then the day (a cast to TIMESTAMP alone would turn
  -- 30 February into the 28th), then the offset is taken off. Kept to the millisecond, the rest is cut off.
  -- A rowtime may not be NULL: what does not parse gets the year 1, and is left out below.
  eventTime AS COALESCE(
    CASE
      WHEN REGEXP(
          transactionDate,
          '^\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{0,9})?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)?\z')
        AND TRY_CAST(SUBSTRING(transactionDate FROM 1 FOR 10) AS DATE) IS NOT NULL
      THEN TIMESTAMPADD(
        MINUTE,
        COALESCE(
          -60 * CAST(REGEXP_EXTRACT(SUBSTRING(transactionDate FROM 20), '([+-]\d\d):?\d\d\z', 1) AS INT)
            - CAST(REGEXP_EXTRACT(SUBSTRING(transactionDate FROM 20), '([+-])\d\d:?\d\d\z', 1)
                || RIGHT(transactionDate, 2) AS INT),
          0),
        TRY_CAST(
          SUBSTRING(transactionDate FROM 1 FOR 10) || ' ' || SUBSTRING(transactionDate FROM 12 FOR 8) || '.'
            || RPAD(REGEXP_EXTRACT(SUBSTRING(transactionDate FROM 20), '^\.?(\d*)', 1), 3, '0')
          AS TIMESTAMP(3)))
    END,
    TIMESTAMP '0001-01-01 00:00:00'),
  WATERMARK FOR eventTime AS eventTime - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${kafkaBootstrapServers}',
  'properties.group.id' = '${consumerGroup}',
  'topic' = '${topic}',
  -- Only a job without state starts here: a checkpoint or savepoint brings its own offsets. Without state the
  -- sums start at zero, so they are right only if every event is counted again (each sink upserts). From the
  -- group's committed offsets they would overwrite the tables with the sums of the newest events alone.
  'scan.startup.mode' = 'earliest-offset',
  -- So that partitions added later are read without a restart.
  'scan.topic-partition-discovery.interval' = '30 s',
  -- A partition without events must not hold the watermark of the others.
  'scan.watermark.idle-timeout' = '10 s',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

-- The events that can be used, typed. NULL never gets past this view, so no sink can stumble over one.
CREATE VIEW events AS
SELECT
  transactionId,
  userId,
  transactionType,
  TRY_CAST(amount AS DECIMAL(18, 2)) AS amount,
  currency,
  eventTime,
  category,
  merchant,
  location
FROM raw_events
WHERE transactionType IN ('purchase', 'refund', 'transfer')
  -- The form of ISO 4217, not a list: a new currency, or XTS for tests, is no error.
  AND REGEXP(currency, '^[A-Z]{3}\z')
  AND eventTime > TIMESTAMP '0001-01-01 00:00:00'
  AND eventTime <= TIMESTAMP '9999-12-31 23:59:59.999'
  -- A plain JSON number; the cast then gives NULL if it does not fit.
  AND REGEXP(amount, '^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?\z')
  AND TRY_CAST(amount AS DECIMAL(18, 2)) IS NOT NULL
  -- Keys of the tables: an entry of Postgres's index must stay below 2.7 kB.
  AND CHAR_LENGTH(transactionId) BETWEEN 1 AND 255
  AND CHAR_LENGTH(category) <= 255
  -- JSON knows the character U+0000, text in Postgres does not. NULL if one of the fields is NULL.
  AND POSITION(U&'\0000' IN transactionId || userId || category || merchant || location) = 0;
