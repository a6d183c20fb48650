-- What is found at an inspection. A finding is a set of versions that only grows; its row says what they add up to.
CREATE TABLE finding (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  id BLOB NOT NULL,
  arrival BLOB NOT NULL,
  round_id BLOB NOT NULL REFERENCES inspection_round,
  facility_id BLOB NOT NULL REFERENCES facility,
  framework_code TEXT,
  criterion_code TEXT,
  judgement TEXT,
  conflict BOOLEAN NOT NULL,
  heads TEXT NOT NULL,
  base TEXT NOT NULL,
  pending BIGINT NOT NULL,
  -- The content of its only head; none in a conflict.
  content TEXT,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (inspection_id, id)
) WITHOUT ROWID;
-- A round is walked in the order of arrival, by each filter.
CREATE INDEX finding_in_round ON finding (round_id, arrival);
CREATE INDEX finding_of_inspection ON finding (inspection_id, arrival);
CREATE INDEX finding_by_criterion ON finding (round_id, criterion_code, arrival);
CREATE INDEX finding_by_judgement ON finding (round_id, judgement, arrival);
CREATE INDEX finding_by_both ON finding (round_id, criterion_code, judgement, arrival);
CREATE INDEX finding_in_conflict ON finding (round_id, arrival) WHERE conflict;

CREATE TABLE finding_version (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  id BLOB NOT NULL,
  finding_id BLOB NOT NULL,
  arrival BLOB NOT NULL,
  parents TEXT NOT NULL,
  hash TEXT NOT NULL,
  content TEXT NOT NULL,
  pending BOOLEAN NOT NULL,
  -- It came when the inspection had ended.
  late BOOLEAN NOT NULL,
  -- It came from a device that was revoked, and counts for nothing.
  set_apart BOOLEAN NOT NULL,
  device_id BLOB,
  made_by TEXT NOT NULL,
  made_at TEXT NOT NULL,
  received_at TEXT NOT NULL,
  -- What a revoked device sends takes no id away from what counts.
  PRIMARY KEY (inspection_id, id, set_apart)
) WITHOUT ROWID;
CREATE INDEX finding_version_by_finding ON finding_version (inspection_id, finding_id, arrival);

-- A batch that a device sent, with its receipt.
CREATE TABLE sync_batch (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  id BLOB NOT NULL,
  hash TEXT NOT NULL,
  receipt TEXT NOT NULL,
  device_id BLOB NOT NULL,
  sent_by TEXT NOT NULL,
  received_at TEXT NOT NULL,
  PRIMARY KEY (inspection_id, id)
) WITHOUT ROWID;

-- The tablets of inspectors. One that was revoked stays.
CREATE TABLE device (
  id BLOB PRIMARY KEY NOT NULL,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at TEXT NOT NULL,
  revoked_by TEXT,
  revoked_at TEXT,
  edit BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX device_by_person ON device (person, id);
