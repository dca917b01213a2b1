-- Sales per category, with one column per currency.
SELECT category,
       sum(total_sales) FILTER (WHERE currency = 'USD') AS usd,
       sum(total_sales) FILTER (WHERE currency = 'EUR') AS eur,
       sum(total_sales) FILTER (WHERE currency = 'GBP') AS gbp
FROM sales_per_category
GROUP BY category
ORDER BY usd DESC NULLS LAST;
