-- Events per minute in the last ten minutes.
SELECT date_trunc('minute', transactionDate) AS minute, count(*) AS events
FROM transactions
WHERE transactionDate > (now() AT TIME ZONE 'UTC') - INTERVAL '10 minutes'
GROUP BY minute
ORDER BY minute DESC;
