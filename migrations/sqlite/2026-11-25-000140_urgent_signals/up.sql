-- Danger that inspectors see: for the recognising body at once. Rows stay as they came; what was done about them is added.
CREATE TABLE urgent_signal (
  id BLOB PRIMARY KEY NOT NULL,
  arrival BLOB NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  facility_id BLOB NOT NULL REFERENCES facility,
  site_id BLOB REFERENCES site,
  unit_id BLOB REFERENCES unit,
  finding_id BLOB,
  text TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  hash TEXT NOT NULL,
  device_id BLOB,
  -- It came from a device that was revoked, and counts for nothing.
  set_apart BOOLEAN NOT NULL,
  raised_by TEXT NOT NULL,
  raised_at TEXT NOT NULL,
  acknowledged_by TEXT,
  acknowledged_at TEXT,
  edit BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX urgent_signal_by_arrival ON urgent_signal (arrival);
CREATE INDEX urgent_signal_by_facility ON urgent_signal (facility_id, arrival);
CREATE INDEX urgent_signal_by_inspection ON urgent_signal (inspection_id, arrival);
CREATE INDEX urgent_signal_waiting ON urgent_signal (arrival) WHERE acknowledged_at IS NULL AND NOT set_apart;

-- What was done to protect people (concrete beschermende maatregel).
CREATE TABLE urgent_measure (
  id BLOB PRIMARY KEY NOT NULL,
  signal_id BLOB NOT NULL REFERENCES urgent_signal,
  text TEXT NOT NULL,
  taken_on DATE NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX urgent_measure_by_signal ON urgent_measure (signal_id, id);
