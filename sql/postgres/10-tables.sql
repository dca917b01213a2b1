-- Where the job writes; the Flink side of each table is in sql/flink/20-sinks.sql.
--
-- Names carry no schema, so that the same text can be tried in a scratch schema first. Nothing is
-- quoted here, and the sinks mean the same: transactionId is transactionid in the catalogue, and both
-- spellings work in a query. Money is exact: amounts in numeric(18, 2), sums in
-- numeric(38, 2), always beside the currency they are in. Times are UTC.
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

-- Minutes that are over; window_end is the first moment after one.
CREATE TABLE IF NOT EXISTS sales_per_minute (
  window_end  timestamp(3) NOT NULL,
  currency    text NOT NULL,
  category    text NOT NULL,
  sales_count bigint NOT NULL,
  total_sales numeric(38, 2) NOT NULL,
  PRIMARY KEY (window_end, currency, category)
);

-- Sales that came too late for their minute: in all other tables, but not in sales_per_minute.
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

-- The second delivery of a transaction and each later one.
CREATE TABLE IF NOT EXISTS duplicates (
  transactionId   text NOT NULL,
  occurrence      bigint NOT NULL,
  kafka_partition integer NOT NULL,
  kafka_offset    bigint NOT NULL,
  received_at     timestamp(3) NOT NULL,
  PRIMARY KEY (transactionId, occurrence)
);

-- Events that cannot be used; payload is NULL where the message had none.
CREATE TABLE IF NOT EXISTS dead_letters (
  kafka_partition integer NOT NULL,
  kafka_offset    bigint NOT NULL,
  payload         bytea,
  reason          text NOT NULL,
  received_at     timestamp(3) NOT NULL,
  PRIMARY KEY (kafka_partition, kafka_offset)
);
