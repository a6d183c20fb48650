DROP INDEX self_assessment_drafts;
ALTER TABLE self_assessment DROP COLUMN withdrawn;
ALTER TABLE self_assessment DROP COLUMN submitted_version_code;
DROP TABLE framework_migration;
