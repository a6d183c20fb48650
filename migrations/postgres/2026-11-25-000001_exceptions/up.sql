-- What sites and units say otherwise than the whole facility.
ALTER TABLE answer ADD COLUMN exceptions jsonb NOT NULL DEFAULT '[]';

-- A unit in another sector assesses itself: one per facility, unit and cycle.
ALTER TABLE self_assessment ADD COLUMN unit_id uuid REFERENCES unit;
ALTER TABLE self_assessment DROP CONSTRAINT self_assessment_facility_id_cycle_id_key;
CREATE UNIQUE INDEX self_assessment_once ON self_assessment (facility_id, cycle_id, COALESCE(unit_id, facility_id));
