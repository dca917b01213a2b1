-- The undo journal of the sinks (docs/decisions/0021). After a failure the job continues from its last checkpoint and may
-- read deliveries in another order than before. Rows written since that checkpoint are therefore undone first.
--
-- It has a schema of its own, so that only the job's role can read it. A transaction that writes rows also writes the
-- journal: an UNLOGGED table would lose it in a crash of Postgres, which is when it is needed.
CREATE SCHEMA IF NOT EXISTS commerce_sink;

-- The execution of a job that writes a table. All others are refused.
CREATE TABLE IF NOT EXISTS commerce_sink.runs (
  target  regclass NOT NULL,
  job     text NOT NULL,
  graph   text NOT NULL,
  attempt integer NOT NULL,
  PRIMARY KEY (target)
);

-- How to undo each batch that no completed checkpoint covers yet.
--
-- copied:   keys of new rows, in the binary format of COPY
-- added:    keys of new rows
-- replaced: the previous values of updated rows
-- removed:  deleted rows
CREATE TABLE IF NOT EXISTS commerce_sink.journal (
  target      regclass NOT NULL,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  checkpoint  bigint NOT NULL,
  action      text NOT NULL,
  key_columns text[] NOT NULL,
  key_types   text[] NOT NULL,
  keys        bytea,
  rows        json,
  PRIMARY KEY (target, id)
);
-- Entries are deleted within seconds, so compressing them would cost more than it saves. ALTER TABLE waits for batches that
-- are being written, so it runs only once.
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = 'commerce_sink.journal'::regclass AND attname = 'keys' AND attstorage <> 'e'
  ) THEN
    ALTER TABLE commerce_sink.journal ALTER COLUMN keys SET STORAGE EXTERNAL;
  END IF;
END $$;

GRANT USAGE ON SCHEMA commerce_sink TO flink_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA commerce_sink TO flink_writer;
