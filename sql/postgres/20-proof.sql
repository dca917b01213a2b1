-- Events that `npm start` sent to verify the pipeline and then removed from the tables. They are still in the topic, so
-- `status` must count them.
CREATE TABLE IF NOT EXISTS proof_events (
  transactionId text NOT NULL,
  PRIMARY KEY (transactionId)
);
