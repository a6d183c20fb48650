-- Which later cycle's self-assessment took its place: known also while it is a draft again.
ALTER TABLE self_assessment ADD COLUMN superseded_by BLOB REFERENCES self_assessment;
UPDATE self_assessment SET superseded_by = (
  SELECT later.id FROM self_assessment AS later
  WHERE later.facility_id = self_assessment.facility_id AND later.framework_code = self_assessment.framework_code
    AND later.purpose = self_assessment.purpose AND later.submitted_revision IS NOT NULL AND later.id > self_assessment.id
  ORDER BY later.id LIMIT 1
) WHERE state = 'superseded';

-- Lists are in the order of arrival.
ALTER TABLE sector ADD COLUMN created_at TEXT NOT NULL DEFAULT '2026-11-23T00:00:00.000000Z';
ALTER TABLE facility_type ADD COLUMN created_at TEXT NOT NULL DEFAULT '2026-11-23T00:00:00.000000Z';
