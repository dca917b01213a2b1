-- Sales per month.
SELECT year_num, month_num, currency, total_sales
FROM sales_per_month
ORDER BY year_num DESC, month_num DESC, currency;
