-- Compares the totals with the events. It returns no rows; while events arrive, a row may appear for a moment, because
-- tables are not written at exactly the same time.
SELECT category, currency, s.total_sales AS in_table, e.total_sales AS from_events
FROM sales_per_category AS s
FULL JOIN (
  SELECT category, currency,
         sum(CASE transactionType WHEN 'refund' THEN -amount ELSE amount END) AS total_sales
  FROM transactions
  WHERE transactionType IN ('purchase', 'refund')
  GROUP BY category, currency
) AS e USING (category, currency)
WHERE s.total_sales IS DISTINCT FROM e.total_sales;
