-- Sales of the last seven days.
SELECT sale_day, currency, total_sales
FROM sales_per_day
WHERE sale_day > (now() AT TIME ZONE 'UTC')::date - 7
ORDER BY sale_day DESC, currency;
