-- The machine that an event is for, beside those whose it is.
ALTER TABLE audit_event ADD COLUMN client_id text COLLATE "C";

-- What cursors of the feed are written with, so that they tell nothing to whoever has one.
CREATE TABLE event_key (
  id integer PRIMARY KEY CHECK (id = 1),
  key bytea NOT NULL
);
INSERT INTO event_key VALUES (1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
