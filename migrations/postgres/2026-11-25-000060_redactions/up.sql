-- What was removed, on what ground and by whom. Never the text itself.
CREATE TABLE redaction (
  id uuid PRIMARY KEY,
  facility_id uuid NOT NULL REFERENCES facility (id),
  ground text NOT NULL,
  state text NOT NULL,
  counts jsonb NOT NULL,
  requested_by jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  done_at timestamptz,
  edit bigint NOT NULL
);
CREATE INDEX redaction_by_facility ON redaction (facility_id, id);
CREATE INDEX redaction_removing ON redaction (id) WHERE state = 'removing';

-- The marks that redactions left on it.
ALTER TABLE self_assessment ADD COLUMN redactions jsonb;
ALTER TABLE attachment ADD COLUMN edit bigint NOT NULL DEFAULT 1;

-- ANALYZE would keep samples of these texts in pg_statistic, out of the reach of a redaction. Nothing searches by them.
ALTER TABLE answer ALTER COLUMN note SET STATISTICS 0, ALTER COLUMN evidence SET STATISTICS 0,
  ALTER COLUMN exceptions SET STATISTICS 0;
ALTER TABLE self_assessment ALTER COLUMN opening SET STATISTICS 0, ALTER COLUMN reopening SET STATISTICS 0,
  ALTER COLUMN redactions SET STATISTICS 0, ALTER COLUMN withdrawn SET STATISTICS 0;
ALTER TABLE redaction ALTER COLUMN ground SET STATISTICS 0;
ALTER TABLE self_assessment_revision ALTER COLUMN document SET STATISTICS 0;
ALTER TABLE attachment ALTER COLUMN file_name SET STATISTICS 0;
ALTER TABLE attachment_chunk ALTER COLUMN bytes SET STATISTICS 0;
ALTER TABLE idempotency ALTER COLUMN body SET STATISTICS 0;
ALTER TABLE audit_event ALTER COLUMN payload SET STATISTICS 0;
ALTER TABLE step_plan_version ALTER COLUMN document SET STATISTICS 0;
ALTER TABLE site ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE unit ALTER COLUMN name SET STATISTICS 0;
