-- The merchants with the highest sales.
SELECT merchant, currency, sum(amount) AS purchases
FROM transactions
WHERE transactionType = 'purchase'
GROUP BY merchant, currency
ORDER BY purchases DESC
LIMIT 10;
