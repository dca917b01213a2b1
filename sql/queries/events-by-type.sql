-- Events and amounts per type.
SELECT transactionType, currency, count(*) AS events, sum(amount) AS amount
FROM transactions
GROUP BY transactionType, currency
ORDER BY transactionType, currency;
