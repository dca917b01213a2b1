-- The tables of sql/postgres/, column by column; test/contract checks that they match.
--
-- The password is not in the SQL: the URL names the user, and the connector finds the password in the TaskManager's
-- pgpass file. The connector (flink-jars/postgres-sink/) writes rows with COPY five times a second. It upserts a row
-- whose key is in the table already, so that reprocessing after a failure leaves the same rows.
CREATE TABLE transactions (
  transactionId   STRING NOT NULL,
  userId          STRING NOT NULL,
  transactionType STRING NOT NULL,
  amount          DECIMAL(18, 2) NOT NULL,
  currency        STRING NOT NULL,
  transactionDate TIMESTAMP(3) NOT NULL,
  category        STRING NOT NULL,
  merchant        STRING NOT NULL,
  location        STRING NOT NULL,
  PRIMARY KEY (transactionId) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'transactions'
);

CREATE TABLE sales_per_category (
  category    STRING NOT NULL,
  currency    STRING NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (category, currency) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_category'
);

CREATE TABLE sales_per_day (
  sale_day    DATE NOT NULL,
  currency    STRING NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (sale_day, currency) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_day'
);

CREATE TABLE sales_per_month (
  year_num    INT NOT NULL,
  month_num   INT NOT NULL,
  currency    STRING NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (year_num, month_num, currency) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_month'
);

CREATE TABLE sales_per_minute (
  window_end  TIMESTAMP(3) NOT NULL,
  currency    STRING NOT NULL,
  category    STRING NOT NULL,
  sales_count BIGINT NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (window_end, currency, category) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_minute'
);

-- Sales that arrived too late for their minute.
CREATE TABLE late_events (
  transactionId   STRING NOT NULL,
  window_end      TIMESTAMP(3) NOT NULL,
  currency        STRING NOT NULL,
  category        STRING NOT NULL,
  amount          DECIMAL(18, 2) NOT NULL,
  kafka_partition INT NOT NULL,
  kafka_offset    BIGINT NOT NULL,
  received_at     TIMESTAMP(3) NOT NULL,
  PRIMARY KEY (transactionId) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'late_events'
);

-- Occurrences count from 2, so that a replay with another order of partitions writes the same keys.
CREATE TABLE duplicates (
  transactionId   STRING NOT NULL,
  occurrence      BIGINT NOT NULL,
  kafka_partition INT NOT NULL,
  kafka_offset    BIGINT NOT NULL,
  received_at     TIMESTAMP(3) NOT NULL,
  PRIMARY KEY (transactionId, occurrence) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'duplicates'
);

CREATE TABLE dead_letters (
  kafka_partition INT NOT NULL,
  kafka_offset    BIGINT NOT NULL,
  payload         BYTES,
  reason          STRING NOT NULL,
  received_at     TIMESTAMP(3) NOT NULL,
  PRIMARY KEY (kafka_partition, kafka_offset) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'dead_letters'
);

-- How much of each partition the job has read: the account compares it with the rows of the other tables.
CREATE TABLE events_read (
  kafka_partition INT NOT NULL,
  first_offset    BIGINT NOT NULL,
  next_offset     BIGINT NOT NULL,
  events          BIGINT NOT NULL,
  PRIMARY KEY (kafka_partition) NOT ENFORCED
) WITH (
  'connector' = 'commerce-postgres',
  'url' = '${jdbcUrl}',
  'table-name' = 'events_read'
);
