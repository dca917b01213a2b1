-- The newest events.
SELECT transactionDate, transactionType, amount, currency, category, merchant, location
FROM transactions
ORDER BY transactionDate DESC
LIMIT 20;
