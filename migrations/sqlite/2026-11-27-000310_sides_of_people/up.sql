-- On which side of an inspection a person acted, or was given a part: its facility's, the inspectorate's or the recognising body's. The first counts.
CREATE TABLE inspection_side (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  person TEXT NOT NULL,
  side TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (inspection_id, person)
) WITHOUT ROWID;
CREATE INDEX inspection_side_by_person ON inspection_side (person);

INSERT INTO inspection_side (inspection_id, person, side, since)
SELECT inspection_id, person, side, since
FROM (
  SELECT inspection_id, person, 'inspectorate' AS side, assigned_at AS since FROM inspection_assignment
  UNION ALL
  SELECT inspection_id, json_extract(actor, '$.id'),
    CASE json_extract(actor, '$.role')
      WHEN 'authority' THEN 'recognisingBody' WHEN 'inspector' THEN 'inspectorate' WHEN 'planner' THEN 'inspectorate' ELSE 'facility' END,
    at
  FROM audit_event
  WHERE inspection_id IS NOT NULL AND json_extract(actor, '$.role') IN ('facility', 'facilityContributor', 'inspector', 'planner', 'authority')
) AS acted
WHERE true
ORDER BY since
ON CONFLICT DO NOTHING;

-- Nobody who stands elsewhere keeps a part.
UPDATE inspection SET edit = edit + 1
WHERE id IN (
  SELECT a.inspection_id FROM inspection_assignment a
  JOIN inspection_side s ON s.inspection_id = a.inspection_id AND s.person = a.person
  WHERE a.ended_at IS NULL AND s.side <> 'inspectorate');
UPDATE inspection_assignment SET ended_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), ended_by = '{"id": "migration", "role": "system"}'
WHERE ended_at IS NULL AND EXISTS (
  SELECT 1 FROM inspection_side s
  WHERE s.inspection_id = inspection_assignment.inspection_id AND s.person = inspection_assignment.person AND s.side <> 'inspectorate');

DROP INDEX audit_event_by_inspection;
