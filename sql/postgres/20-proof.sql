-- Events that the proof at the end of `up` sent and took out of the tables again: they are in the topic, and the
-- account of `status` has to close.
CREATE TABLE IF NOT EXISTS proof_events (
  transactionId text NOT NULL,
  PRIMARY KEY (transactionId)
);
