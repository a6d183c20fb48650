ALTER TABLE attachment DROP COLUMN edit;
ALTER TABLE self_assessment DROP COLUMN redactions;
DROP TABLE redaction;
