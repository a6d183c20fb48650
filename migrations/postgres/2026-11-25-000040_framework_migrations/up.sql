-- Work that moves drafts to a later version of their framework: one at a time per framework, resumed where it was.
CREATE TABLE framework_migration (
  id uuid PRIMARY KEY,
  framework_code text COLLATE "C" NOT NULL,
  version_code text COLLATE "C" NOT NULL,
  from_versions jsonb NOT NULL,
  state text NOT NULL,
  cycles_moved boolean NOT NULL,
  reached uuid,
  total bigint NOT NULL,
  counts jsonb NOT NULL,
  requested_by jsonb NOT NULL,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
);
CREATE UNIQUE INDEX framework_migration_running ON framework_migration (framework_code) WHERE state = 'running';
CREATE INDEX framework_migration_by_version ON framework_migration (framework_code, version_code, id);

-- Others than its facility keep seeing the version of what was handed in, while a draft moved on.
ALTER TABLE self_assessment ADD COLUMN submitted_version_code text COLLATE "C";
UPDATE self_assessment SET submitted_version_code = version_code WHERE submitted_revision IS NOT NULL;

-- Answers to criteria that are gone, as they were.
ALTER TABLE self_assessment ADD COLUMN withdrawn jsonb;
CREATE INDEX self_assessment_drafts ON self_assessment (framework_code, version_code, id) WHERE state = 'draft';
