ALTER TABLE facility_type DROP COLUMN created_at;
ALTER TABLE sector DROP COLUMN created_at;
ALTER TABLE self_assessment DROP COLUMN superseded_by;
