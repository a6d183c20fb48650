-- What was done, in the transaction of the doing.
CREATE TABLE audit_event (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  id BLOB NOT NULL UNIQUE,
  at TEXT NOT NULL,
  action TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  organisation_id BLOB,
  facility_id BLOB,
  public_to_inspectors BOOLEAN NOT NULL,
  actor TEXT NOT NULL,
  trace BLOB NOT NULL,
  payload TEXT,
  payload_hash BLOB,
  salt BLOB
);
CREATE INDEX audit_event_by_organisation ON audit_event (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX audit_event_by_facility ON audit_event (facility_id) WHERE facility_id IS NOT NULL;
CREATE INDEX audit_event_by_subject ON audit_event (subject_id);
CREATE INDEX audit_event_to_inspectors ON audit_event (id) WHERE public_to_inspectors;

-- The one order of all events. Rows are only ever added.
CREATE TABLE audit_order (
  seq INTEGER PRIMARY KEY NOT NULL,
  event_id BLOB NOT NULL UNIQUE,
  chain BLOB NOT NULL
);

-- Signatures over the order. Rows are only ever added.
CREATE TABLE audit_seal (
  seq_to INTEGER PRIMARY KEY NOT NULL,
  seq_from BIGINT NOT NULL,
  chain BLOB NOT NULL,
  previous BLOB NOT NULL,
  key_id TEXT NOT NULL,
  signature BLOB NOT NULL,
  at TEXT NOT NULL
);

-- Below this arrival every event is in the order, and none will come.
CREATE TABLE audit_watermark (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  settled BIGINT NOT NULL
);
INSERT INTO audit_watermark VALUES (1, 0);
