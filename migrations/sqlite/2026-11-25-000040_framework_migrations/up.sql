-- Work that moves drafts to a later version of their framework: one at a time per framework, resumed where it was.
CREATE TABLE framework_migration (
  id BLOB PRIMARY KEY NOT NULL,
  framework_code TEXT NOT NULL,
  version_code TEXT NOT NULL,
  from_versions TEXT NOT NULL,
  state TEXT NOT NULL,
  cycles_moved BOOLEAN NOT NULL,
  reached BLOB,
  total BIGINT NOT NULL,
  counts TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  finished_at TEXT,
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
) WITHOUT ROWID;
CREATE UNIQUE INDEX framework_migration_running ON framework_migration (framework_code) WHERE state = 'running';
CREATE INDEX framework_migration_by_version ON framework_migration (framework_code, version_code, id);

-- Others than its facility keep seeing the version of what was handed in, while a draft moved on.
ALTER TABLE self_assessment ADD COLUMN submitted_version_code TEXT;
UPDATE self_assessment SET submitted_version_code = version_code WHERE submitted_revision IS NOT NULL;

-- Answers to criteria that are gone, as they were.
ALTER TABLE self_assessment ADD COLUMN withdrawn TEXT;
CREATE INDEX self_assessment_drafts ON self_assessment (framework_code, version_code, id) WHERE state = 'draft';
