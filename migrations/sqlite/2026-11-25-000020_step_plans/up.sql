-- A facility's own stappenplan. Clients make the ids, so an id is unique within its facility.
CREATE TABLE step_plan (
  facility_id BLOB NOT NULL REFERENCES facility,
  id BLOB NOT NULL,
  -- Its place in lists.
  arrival BLOB NOT NULL UNIQUE,
  framework_code TEXT NOT NULL,
  unit_id BLOB REFERENCES unit,
  version BIGINT NOT NULL,
  valid_to DATE,
  PRIMARY KEY (facility_id, id)
) WITHOUT ROWID;
CREATE INDEX step_plan_in_order ON step_plan (facility_id, arrival);

-- What each version said. Rows are only ever added.
CREATE TABLE step_plan_version (
  facility_id BLOB NOT NULL,
  plan_id BLOB NOT NULL,
  version BIGINT NOT NULL,
  document TEXT NOT NULL,
  attachment_id BLOB,
  sha256 TEXT,
  saved_by TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  PRIMARY KEY (facility_id, plan_id, version),
  FOREIGN KEY (facility_id, plan_id) REFERENCES step_plan (facility_id, id)
);
CREATE INDEX step_plan_version_attachment ON step_plan_version (facility_id, attachment_id) WHERE attachment_id IS NOT NULL;

-- The version whose words stand beside the questions: while it is a draft the plan that is in force, from then on the one handed in with it.
ALTER TABLE self_assessment ADD COLUMN step_plan_id BLOB;
ALTER TABLE self_assessment ADD COLUMN step_plan_version BIGINT;
