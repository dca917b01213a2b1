-- Sales at a glance: one row per figure, one column per currency.
WITH today AS (
  SELECT (now() AT TIME ZONE 'UTC')::date AS day
),
figures (place, figure, currency, amount) AS (
  SELECT 1, 'last hour', currency, total_sales FROM sales_per_minute
    WHERE window_end > now() AT TIME ZONE 'UTC' - INTERVAL '1 hour'
  UNION ALL
  SELECT 2, 'today', currency, total_sales FROM sales_per_day, today WHERE sale_day = day
  UNION ALL
  SELECT 3, 'yesterday', currency, total_sales FROM sales_per_day, today WHERE sale_day = day - 1
  UNION ALL
  SELECT 4, 'seven days', currency, total_sales FROM sales_per_day, today WHERE sale_day BETWEEN day - 6 AND day
  UNION ALL
  SELECT 5, 'this month', currency, total_sales FROM sales_per_month, today
    WHERE (year_num, month_num) = (EXTRACT(YEAR FROM day), EXTRACT(MONTH FROM day))
  UNION ALL
  SELECT 6, 'in all: ' || category, currency, total_sales FROM sales_per_category
)
SELECT figure,
       sum(amount) FILTER (WHERE currency = 'USD') AS usd,
       sum(amount) FILTER (WHERE currency = 'EUR') AS eur,
       sum(amount) FILTER (WHERE currency = 'GBP') AS gbp
FROM figures
GROUP BY place, figure
ORDER BY place, figure;
