-- What is found at an inspection. A finding is a set of versions that only grows; its row says what they add up to.
CREATE TABLE finding (
  inspection_id uuid NOT NULL REFERENCES inspection,
  id uuid NOT NULL,
  arrival uuid NOT NULL,
  round_id uuid NOT NULL REFERENCES inspection_round,
  facility_id uuid NOT NULL REFERENCES facility,
  framework_code text COLLATE "C",
  criterion_code text COLLATE "C",
  judgement text COLLATE "C",
  conflict boolean NOT NULL,
  heads jsonb NOT NULL,
  base jsonb NOT NULL,
  pending bigint NOT NULL,
  -- The content of its only head; none in a conflict.
  content jsonb,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (inspection_id, id)
);
-- A round is walked in the order of arrival, by each filter.
CREATE INDEX finding_in_round ON finding (round_id, arrival);
CREATE INDEX finding_of_inspection ON finding (inspection_id, arrival);
CREATE INDEX finding_by_criterion ON finding (round_id, criterion_code, arrival);
CREATE INDEX finding_by_judgement ON finding (round_id, judgement, arrival);
CREATE INDEX finding_by_both ON finding (round_id, criterion_code, judgement, arrival);
CREATE INDEX finding_in_conflict ON finding (round_id, arrival) WHERE conflict;

CREATE TABLE finding_version (
  inspection_id uuid NOT NULL REFERENCES inspection,
  id uuid NOT NULL,
  finding_id uuid NOT NULL,
  arrival uuid NOT NULL,
  parents jsonb NOT NULL,
  hash text NOT NULL,
  content jsonb NOT NULL,
  pending boolean NOT NULL,
  -- It came when the inspection had ended.
  late boolean NOT NULL,
  -- It came from a device that was revoked, and counts for nothing.
  set_apart boolean NOT NULL,
  device_id uuid,
  made_by jsonb NOT NULL,
  made_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- What a revoked device sends takes no id away from what counts.
  PRIMARY KEY (inspection_id, id, set_apart)
);
CREATE INDEX finding_version_by_finding ON finding_version (inspection_id, finding_id, arrival);

-- A batch that a device sent, with its receipt.
CREATE TABLE sync_batch (
  inspection_id uuid NOT NULL REFERENCES inspection,
  id uuid NOT NULL,
  hash text NOT NULL,
  receipt jsonb NOT NULL,
  device_id uuid NOT NULL,
  sent_by jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (inspection_id, id)
);

-- The tablets of inspectors. One that was revoked stays.
CREATE TABLE device (
  id uuid PRIMARY KEY,
  person text COLLATE "C" NOT NULL,
  name text NOT NULL,
  registered_by jsonb NOT NULL,
  registered_at timestamptz NOT NULL,
  revoked_by jsonb,
  revoked_at timestamptz,
  edit bigint NOT NULL
);
CREATE INDEX device_by_person ON device (person, id);

ALTER TABLE finding ALTER COLUMN content SET STATISTICS 0;
ALTER TABLE finding_version ALTER COLUMN content SET STATISTICS 0;
