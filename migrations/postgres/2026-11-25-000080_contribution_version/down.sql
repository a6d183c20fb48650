ALTER TABLE contribution DROP COLUMN version_code;
