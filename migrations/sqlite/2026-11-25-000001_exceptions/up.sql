-- What sites and units say otherwise than the whole facility.
ALTER TABLE answer ADD COLUMN exceptions TEXT NOT NULL DEFAULT '[]';

-- A unit in another sector assesses itself: one per facility, unit and cycle. SQLite cannot drop a constraint, so the table is made anew;
-- what refers to its rows is looked at when all is done.
PRAGMA defer_foreign_keys = ON;
CREATE TEMPORARY TABLE kept AS SELECT * FROM self_assessment;
DROP TABLE self_assessment;
CREATE TABLE self_assessment (
  id BLOB PRIMARY KEY NOT NULL,
  cycle_id BLOB NOT NULL REFERENCES cycle (id),
  facility_id BLOB NOT NULL REFERENCES facility (id),
  facility_type TEXT NOT NULL,
  framework_code TEXT NOT NULL,
  version_code TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL,
  submitted_revision BIGINT,
  submitted_at TEXT,
  based_on BLOB REFERENCES self_assessment (id),
  opening TEXT NOT NULL,
  reopening TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  superseded_by BLOB REFERENCES self_assessment (id),
  unit_id BLOB REFERENCES unit (id),
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
) WITHOUT ROWID;
CREATE INDEX self_assessment_by_cycle ON self_assessment (cycle_id, id);
CREATE UNIQUE INDEX self_assessment_once ON self_assessment (facility_id, cycle_id, COALESCE(unit_id, facility_id));
INSERT INTO self_assessment (id, cycle_id, facility_id, facility_type, framework_code, version_code, purpose, state, revision, submitted_revision, submitted_at,
  based_on, opening, reopening, edit, created_at, updated_at, superseded_by)
SELECT id, cycle_id, facility_id, facility_type, framework_code, version_code, purpose, state, revision, submitted_revision, submitted_at,
  based_on, opening, reopening, edit, created_at, updated_at, superseded_by FROM kept;
DROP TABLE kept;
