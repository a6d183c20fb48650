-- What was removed, on what ground and by whom. Never the text itself.
CREATE TABLE redaction (
  id BLOB PRIMARY KEY NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility (id),
  ground TEXT NOT NULL,
  state TEXT NOT NULL,
  counts TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  done_at TEXT,
  edit BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX redaction_by_facility ON redaction (facility_id, id);
CREATE INDEX redaction_removing ON redaction (id) WHERE state = 'removing';

-- The marks that redactions left on it.
ALTER TABLE self_assessment ADD COLUMN redactions TEXT;
ALTER TABLE attachment ADD COLUMN edit BIGINT NOT NULL DEFAULT 1;
