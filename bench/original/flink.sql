-- The demo that this project started from, rebuilt from its description: the same source, the same four sinks with
-- default options, the same sums over every type and currency, and no SET option.
-- Only the startup mode differs. It was latest-offset, which would read nothing that is already in the topic.
CREATE TABLE financial_transactions (
  transactionId   STRING,
  userId          STRING,
  transactionType STRING,
  amount          DOUBLE,
  currency        STRING,
  transactionDate STRING,
  category        STRING,
  merchant        STRING,
  location        STRING,
  ts AS TO_TIMESTAMP(transactionDate, 'yyyy-MM-dd''T''HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = '${topic}',
  'properties.bootstrap.servers' = '${kafkaBootstrapServers}',
  'properties.group.id' = '${consumerGroup}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TABLE transactions (
  transactionId   STRING,
  userId          STRING,
  transactionType STRING,
  amount          DOUBLE,
  currency        STRING,
  transactionDate TIMESTAMP(3),
  category        STRING,
  merchant        STRING,
  location        STRING,
  PRIMARY KEY (transactionId) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'url' = '${jdbcUrl}', 'table-name' = 'transactions');

CREATE TABLE sales_per_category (
  category    STRING,
  total_sales DOUBLE,
  PRIMARY KEY (category) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'url' = '${jdbcUrl}', 'table-name' = 'sales_per_category');

CREATE TABLE sales_per_day (
  sale_day    DATE,
  total_sales DOUBLE,
  PRIMARY KEY (sale_day) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'url' = '${jdbcUrl}', 'table-name' = 'sales_per_day');

CREATE TABLE sales_per_month (
  year_num    INT,
  month_num   INT,
  total_sales DECIMAL(10, 2),
  PRIMARY KEY (year_num, month_num) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'url' = '${jdbcUrl}', 'table-name' = 'sales_per_month');

EXECUTE STATEMENT SET
BEGIN

INSERT INTO transactions
SELECT transactionId, userId, transactionType, amount, currency, ts, category, merchant, location
FROM financial_transactions;

INSERT INTO sales_per_category
SELECT category, SUM(amount)
FROM financial_transactions
GROUP BY category;

INSERT INTO sales_per_day
SELECT CAST(ts AS DATE), SUM(amount)
FROM financial_transactions
GROUP BY CAST(ts AS DATE);

INSERT INTO sales_per_month
SELECT
  CAST(EXTRACT(YEAR FROM ts) AS INT),
  CAST(EXTRACT(MONTH FROM ts) AS INT),
  CAST(SUM(amount) AS DECIMAL(10, 2))
FROM financial_transactions
GROUP BY EXTRACT(YEAR FROM ts), EXTRACT(MONTH FROM ts);

END;
