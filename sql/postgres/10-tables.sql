-- The tables that the job writes to; sql/flink/20-sinks.sql declares them for Flink.
--
-- Names have no schema, so that the same text can be tried in a scratch schema first. They are not quoted, here or in
-- the sinks: transactionId is transactionid in the catalogue, and both spellings work in a query. Money is exact:
-- numeric(18, 2) for amounts and numeric(38, 2) for sums, always with a currency. Times are in UTC.
CREATE TABLE IF NOT EXISTS transactions (
  transactionId   text NOT NULL,
  userId          text NOT NULL,
  transactionType text NOT NULL,
  amount          numeric(18, 2) NOT NULL,
  currency        text NOT NULL,
  transactionDate timestamp(3) NOT NULL,
  category        text NOT NULL,
  merchant        text NOT NULL,
  location        text NOT NULL,
  PRIMARY KEY (transactionId)
);

-- total_sales = purchases - refunds; transfers are not sales.
CREATE TABLE IF NOT EXISTS sales_per_category (
  category    text NOT NULL,
  currency    text NOT NULL,
  total_sales numeric(38, 2) NOT NULL,
  PRIMARY KEY (category, currency)
);

CREATE TABLE IF NOT EXISTS sales_per_day (
  sale_day    date NOT NULL,
  currency    text NOT NULL,
  total_sales numeric(38, 2) NOT NULL,
  PRIMARY KEY (sale_day, currency)
);

CREATE TABLE IF NOT EXISTS sales_per_month (
  year_num    integer NOT NULL,
  month_num   integer NOT NULL,
  currency    text NOT NULL,
  total_sales numeric(38, 2) NOT NULL,
  PRIMARY KEY (year_num, month_num, currency)
);

-- window_end is the first moment after the minute.
CREATE TABLE IF NOT EXISTS sales_per_minute (
  window_end  timestamp(3) NOT NULL,
  currency    text NOT NULL,
  category    text NOT NULL,
  sales_count bigint NOT NULL,
  total_sales numeric(38, 2) NOT NULL,
  PRIMARY KEY (window_end, currency, category)
);

-- Sales that arrived too late for their minute: they are in all other tables, but not in sales_per_minute.
CREATE TABLE IF NOT EXISTS late_events (
  transactionId   text NOT NULL,
  window_end      timestamp(3) NOT NULL,
  currency        text NOT NULL,
  category        text NOT NULL,
  amount          numeric(18, 2) NOT NULL,
  kafka_partition integer NOT NULL,
  kafka_offset    bigint NOT NULL,
  received_at     timestamp(3) NOT NULL,
  PRIMARY KEY (transactionId)
);

-- The second delivery of a transaction, and each later one.
CREATE TABLE IF NOT EXISTS duplicates (
  transactionId   text NOT NULL,
  occurrence      bigint NOT NULL,
  kafka_partition integer NOT NULL,
  kafka_offset    bigint NOT NULL,
  received_at     timestamp(3) NOT NULL,
  PRIMARY KEY (transactionId, occurrence)
);

-- Invalid events; payload is NULL if the message had none.
CREATE TABLE IF NOT EXISTS dead_letters (
  kafka_partition integer NOT NULL,
  kafka_offset    bigint NOT NULL,
  payload         bytea,
  reason          text NOT NULL,
  received_at     timestamp(3) NOT NULL,
  PRIMARY KEY (kafka_partition, kafka_offset)
);

-- How much of each partition the job has read: events counts them one by one, and next_offset is the first offset that
-- it has not read. Offsets without an event (transaction markers, for example) are between the offsets, not in events.
-- Not of a partition: -1, the events read before this table existed.
CREATE TABLE IF NOT EXISTS events_read (
  kafka_partition integer NOT NULL,
  first_offset    bigint NOT NULL,
  next_offset     bigint NOT NULL,
  events          bigint NOT NULL,
  PRIMARY KEY (kafka_partition)
);
