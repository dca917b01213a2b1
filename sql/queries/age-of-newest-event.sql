-- How many events there are, and how old the newest one is.
SELECT count(*) AS events,
       max(transactionDate) AS newest,
       (now() AT TIME ZONE 'UTC') - max(transactionDate) AS age_of_newest
FROM transactions;
