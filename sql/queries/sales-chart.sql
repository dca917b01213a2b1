-- Sales per minute of the last hour, for a line chart: minute on the X axis, the currencies on the Y axis.
SELECT to_char(window_end - INTERVAL '1 minute', 'HH24:MI') AS minute,
       sum(total_sales) FILTER (WHERE currency = 'USD') AS usd,
       sum(total_sales) FILTER (WHERE currency = 'EUR') AS eur,
       sum(total_sales) FILTER (WHERE currency = 'GBP') AS gbp
FROM sales_per_minute
WHERE window_end > now() AT TIME ZONE 'UTC' - INTERVAL '1 hour'
GROUP BY window_end
ORDER BY window_end;
