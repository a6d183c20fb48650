-- Danger that inspectors see: for the recognising body at once. Rows stay as they came; what was done about them is added.
CREATE TABLE urgent_signal (
  id uuid PRIMARY KEY,
  arrival uuid NOT NULL,
  inspection_id uuid NOT NULL REFERENCES inspection,
  facility_id uuid NOT NULL REFERENCES facility,
  site_id uuid REFERENCES site,
  unit_id uuid REFERENCES unit,
  finding_id uuid,
  text text NOT NULL,
  seen_at timestamptz NOT NULL,
  hash text NOT NULL,
  device_id uuid,
  -- It came from a device that was revoked, and counts for nothing.
  set_apart boolean NOT NULL,
  raised_by jsonb NOT NULL,
  raised_at timestamptz NOT NULL,
  acknowledged_by jsonb,
  acknowledged_at timestamptz,
  edit bigint NOT NULL
);
CREATE UNIQUE INDEX urgent_signal_by_arrival ON urgent_signal (arrival);
CREATE INDEX urgent_signal_by_facility ON urgent_signal (facility_id, arrival);
CREATE INDEX urgent_signal_by_inspection ON urgent_signal (inspection_id, arrival);
CREATE INDEX urgent_signal_waiting ON urgent_signal (arrival) WHERE acknowledged_at IS NULL AND NOT set_apart;

-- What was done to protect people (concrete beschermende maatregel).
CREATE TABLE urgent_measure (
  id uuid PRIMARY KEY,
  signal_id uuid NOT NULL REFERENCES urgent_signal,
  text text NOT NULL,
  taken_on date NOT NULL,
  recorded_by jsonb NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX urgent_measure_by_signal ON urgent_measure (signal_id, id);

-- ANALYZE would keep samples of these texts in pg_statistic, out of the reach of a redaction. Nothing searches by them.
ALTER TABLE urgent_signal ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE urgent_measure ALTER COLUMN text SET STATISTICS 0;
