-- With `deduplicate: false`, each valid delivery is the first. The occurrence is not a plain 1, because the planner
-- would then see that `duplicates` gets no rows, and give that sink a source of its own, which ends at once.
CREATE VIEW deliveries AS
SELECT *, IF(kafka_offset < 0, 2, 1) AS occurrence
FROM valid_events;
