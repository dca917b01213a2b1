-- With `deduplicate: false`: each valid delivery is the first. It does not say plainly 1, or the planner would see
-- that `duplicates` gets nothing, and give that sink a source of its own, which ends at once.
CREATE VIEW deliveries AS
SELECT *, IF(kafka_offset < 0, 2, 1) AS occurrence
FROM valid_events;
