DROP INDEX self_assessment_once;
ALTER TABLE self_assessment ADD UNIQUE (facility_id, cycle_id);
ALTER TABLE self_assessment DROP COLUMN unit_id;
ALTER TABLE answer DROP COLUMN exceptions;
