-- The tables of sql/postgres/, column by column; test/contract holds the two together.
--
-- Neither user nor password stands here: the URL names the user, and the driver finds the password in the
-- TaskManager's pgpass file. With a primary key each row is an upsert (INSERT … ON CONFLICT DO UPDATE), so
-- that a replay after a failure writes the same rows again. Rows wait at most 500 ms for company; the
-- driver rewrites a batch into statements of many rows (reWriteBatchedInserts in the URL).
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
  'connector' = 'jdbc',
  'url' = '${jdbcUrl}',
  'table-name' = 'transactions',
  'sink.buffer-flush.max-rows' = '5000',
  'sink.buffer-flush.interval' = '500 ms'
);

CREATE TABLE sales_per_category (
  category    STRING NOT NULL,
  currency    STRING NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (category, currency) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_category',
  'sink.buffer-flush.max-rows' = '5000',
  'sink.buffer-flush.interval' = '500 ms'
);

CREATE TABLE sales_per_day (
  sale_day    DATE NOT NULL,
  currency    STRING NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (sale_day, currency) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_day',
  'sink.buffer-flush.max-rows' = '5000',
  'sink.buffer-flush.interval' = '500 ms'
);

CREATE TABLE sales_per_month (
  year_num    INT NOT NULL,
  month_num   INT NOT NULL,
  currency    STRING NOT NULL,
  total_sales DECIMAL(38, 2) NOT NULL,
  PRIMARY KEY (year_num, month_num, currency) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = '${jdbcUrl}',
  'table-name' = 'sales_per_month',
  'sink.buffer-flush.max-rows' = '5000',
  'sink.buffer-flush.interval' = '500 ms'
);
