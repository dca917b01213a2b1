-- What counts as a sale, and with which sign: a purchase adds, a refund takes off, a transfer is neither.
-- Nothing is ever retracted here, which keeps mini-batch aggregation right on Flink 2.2 (FLINK-35661).
CREATE VIEW sales AS
SELECT
  category,
  currency,
  eventTime,
  CASE transactionType WHEN 'refund' THEN -amount ELSE amount END AS amount
FROM events
WHERE transactionType IN ('purchase', 'refund');

-- One statement set is one job: one read of the topic feeds all four tables, under one checkpoint.
-- Currency is in every key: pounds and dollars are never added. SUM of DECIMAL(18, 2) is DECIMAL(38, 2).
EXECUTE STATEMENT SET
BEGIN

INSERT INTO transactions
SELECT transactionId, userId, transactionType, amount, currency, eventTime, category, merchant, location
FROM events;

INSERT INTO sales_per_category
SELECT category, currency, SUM(amount)
FROM sales
GROUP BY category, currency;

-- Days and months are UTC, by the time of the event.
INSERT INTO sales_per_day
SELECT sale_day, currency, SUM(amount)
FROM (SELECT CAST(eventTime AS DATE) AS sale_day, currency, amount FROM sales)
GROUP BY sale_day, currency;

INSERT INTO sales_per_month
SELECT year_num, month_num, currency, SUM(amount)
FROM (
  SELECT
    CAST(EXTRACT(YEAR FROM eventTime) AS INT) AS year_num,
    CAST(EXTRACT(MONTH FROM eventTime) AS INT) AS month_num,
    currency,
    amount
  FROM sales)
GROUP BY year_num, month_num, currency;

END;
