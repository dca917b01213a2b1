-- Sales: a purchase adds, a refund subtracts, and a transfer does not count.
CREATE VIEW sales AS
SELECT
  transactionId, category, currency, transactionDate,
  CASE transactionType WHEN 'refund' THEN -amount ELSE amount END AS amount,
  FLOOR(transactionDate TO MINUTE) + INTERVAL '1' MINUTE AS minute_end,
  -- An event is in time if Kafka received it less than 5 s after the end of its minute. This depends on the event and
  -- not on when it is read, so a replay gives the same rows.
  received_at < FLOOR(transactionDate TO MINUTE) + INTERVAL '65' SECOND AS in_time,
  kafka_partition, kafka_offset, received_at, read_at
FROM deliveries
WHERE occurrence = 1 AND transactionType IN ('purchase', 'refund');

-- The totals add up sums over half a second instead of single events: a third of the work after the shuffle, and a
-- few rows for Postgres instead of thousands. Processing time, so that it never waits for an event and drops none.
-- Only sales in time have a minute. Those in XTS, the currency of the proof, have none: the refund may miss the minute
-- of its purchase, and would leave a sum behind.
CREATE VIEW summed_sales AS
SELECT
  category, currency, CAST(transactionDate AS DATE) AS sale_day,
  CASE WHEN in_time AND currency <> 'XTS' THEN minute_end END AS minute_end,
  COUNT(*) AS sales_count, SUM(amount) AS amount
FROM TUMBLE(TABLE sales, DESCRIPTOR(read_at), INTERVAL '0.5' SECOND)
GROUP BY
  window_start, window_end, category, currency, CAST(transactionDate AS DATE),
  CASE WHEN in_time AND currency <> 'XTS' THEN minute_end END;

-- Every event, whatever becomes of it. Added up like the sales, so that few rows are written.
CREATE VIEW all_events AS
SELECT kafka_partition, kafka_offset, PROCTIME() AS read_at
FROM raw_events;

CREATE VIEW counted_events AS
SELECT kafka_partition, MIN(kafka_offset) AS first_offset, MAX(kafka_offset) AS last_offset, COUNT(*) AS events
FROM TUMBLE(TABLE all_events, DESCRIPTOR(read_at), INTERVAL '0.5' SECOND)
GROUP BY window_start, window_end, kafka_partition;

-- One statement set is one job: it reads the topic once for all tables, with one checkpoint.
-- Currency is in every key, so that pounds and dollars are never added. SUM of DECIMAL(18, 2) is DECIMAL(38, 2).
-- Ids of transactions expire after table.exec.state.ttl; the hints keep the sums from expiring.
EXECUTE STATEMENT SET
BEGIN

INSERT INTO transactions
SELECT transactionId, userId, transactionType, amount, currency, transactionDate, category, merchant, location
FROM deliveries
WHERE occurrence = 1;

INSERT INTO duplicates
SELECT transactionId, occurrence, kafka_partition, kafka_offset, received_at
FROM deliveries
WHERE occurrence > 1;

INSERT INTO dead_letters
SELECT kafka_partition, kafka_offset, payload, reason, CAST(received_at AS TIMESTAMP(3))
FROM raw_events
WHERE reason IS NOT NULL;

INSERT INTO sales_per_category
SELECT /*+ STATE_TTL('summed_sales' = '0 s') */ category, currency, SUM(amount)
FROM summed_sales
GROUP BY category, currency;

-- Days and months are in UTC, by the event's own time.
INSERT INTO sales_per_day
SELECT /*+ STATE_TTL('summed_sales' = '0 s') */ sale_day, currency, SUM(amount)
FROM summed_sales
GROUP BY sale_day, currency;

INSERT INTO sales_per_month
SELECT /*+ STATE_TTL('monthly' = '0 s') */ year_num, month_num, currency, SUM(amount)
FROM (
  SELECT
    CAST(EXTRACT(YEAR FROM sale_day) AS INT) AS year_num,
    CAST(EXTRACT(MONTH FROM sale_day) AS INT) AS month_num,
    currency,
    amount
  FROM summed_sales) AS monthly
GROUP BY year_num, month_num, currency;

-- Not a window that closes: whatever is read after that would be lost (docs/decisions/0008).
INSERT INTO sales_per_minute
SELECT /*+ STATE_TTL('summed_sales' = '0 s') */ minute_end, currency, category, SUM(sales_count), SUM(amount)
FROM summed_sales
WHERE minute_end IS NOT NULL
GROUP BY minute_end, currency, category;

INSERT INTO late_events
SELECT transactionId, minute_end, currency, category, amount, kafka_partition, kafka_offset, received_at
FROM sales
WHERE NOT in_time;

INSERT INTO events_read
SELECT /*+ STATE_TTL('counted_events' = '0 s') */
  kafka_partition, MIN(first_offset), LAST_VALUE(last_offset) + 1, SUM(events)
FROM counted_events
GROUP BY kafka_partition;

END;
