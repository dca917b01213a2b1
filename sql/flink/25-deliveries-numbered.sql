-- With `deduplicate: true`: each valid delivery with its number among those of the same transaction. One row of
-- state an id, kept for table.exec.state.ttl after the id was last seen.
CREATE VIEW deliveries AS
SELECT *, COUNT(*) OVER (PARTITION BY transactionId ORDER BY read_at) AS occurrence
FROM valid_events;
