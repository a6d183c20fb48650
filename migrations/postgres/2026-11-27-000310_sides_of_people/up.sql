-- On which side of an inspection a person acted, or was given a part: its facility's, the inspectorate's or the recognising body's. The first counts.
CREATE TABLE inspection_side (
  inspection_id uuid NOT NULL REFERENCES inspection,
  person text COLLATE "C" NOT NULL,
  side text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (inspection_id, person)
);
CREATE INDEX inspection_side_by_person ON inspection_side (person);

INSERT INTO inspection_side (inspection_id, person, side, since)
SELECT DISTINCT ON (inspection_id, person) inspection_id, person, side, since
FROM (
  SELECT inspection_id, person, 'inspectorate' AS side, assigned_at AS since FROM inspection_assignment
  UNION ALL
  SELECT inspection_id, actor ->> 'id',
    CASE actor ->> 'role' WHEN 'authority' THEN 'recognisingBody' WHEN 'inspector' THEN 'inspectorate' WHEN 'planner' THEN 'inspectorate' ELSE 'facility' END,
    at
  FROM audit_event
  WHERE inspection_id IS NOT NULL AND actor ->> 'role' IN ('facility', 'facilityContributor', 'inspector', 'planner', 'authority')
) acted
ORDER BY inspection_id, person, since;

-- Nobody who stands elsewhere keeps a part.
UPDATE inspection SET edit = edit + 1
WHERE id IN (
  SELECT a.inspection_id FROM inspection_assignment a
  JOIN inspection_side s ON s.inspection_id = a.inspection_id AND s.person = a.person
  WHERE a.ended_at IS NULL AND s.side <> 'inspectorate');
UPDATE inspection_assignment SET ended_at = now(), ended_by = '{"id": "migration", "role": "system"}'
WHERE ended_at IS NULL AND EXISTS (
  SELECT 1 FROM inspection_side s
  WHERE s.inspection_id = inspection_assignment.inspection_id AND s.person = inspection_assignment.person AND s.side <> 'inspectorate');

DROP INDEX audit_event_by_inspection;
