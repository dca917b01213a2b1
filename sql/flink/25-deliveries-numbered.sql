-- With `deduplicate: true`, deliveries of the same transaction are numbered. This needs one row of state per id, which
-- is kept for table.exec.state.ttl after the id was last seen.
CREATE VIEW deliveries AS
SELECT *, COUNT(*) OVER (PARTITION BY transactionId ORDER BY read_at) AS occurrence
FROM valid_events;
