ALTER TABLE audit_event DROP COLUMN only_own;
