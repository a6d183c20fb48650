-- The machine that an event is for, beside those whose it is.
ALTER TABLE audit_event ADD COLUMN client_id TEXT;

-- What cursors of the feed are written with, so that they tell nothing to whoever has one.
CREATE TABLE event_key (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  key BLOB NOT NULL
);
INSERT INTO event_key VALUES (1, randomblob(32));
