-- The points of reports that were final before points were followed up: each awaits its term, as the last numbered report has it.
INSERT INTO followed_point (
  id, arrival, inspection_id, facility_id, report_id, finding_id, subject, text, priority, state, terms, edit, established_at, updated_at)
WITH finding AS (
  SELECT report.id AS report_id, finding.value AS value
  FROM report, jsonb_array_elements(report.document -> 'themes') AS theme, jsonb_array_elements(theme.value -> 'findings') AS finding
  WHERE report.number IS NOT NULL
  UNION ALL
  SELECT report.id, finding.value FROM report, jsonb_array_elements(report.document -> 'outside') AS finding WHERE report.number IS NOT NULL
)
SELECT
  (point.value ->> 'id')::uuid,
  coalesce(draft.arrival, (point.value ->> 'id')::uuid),
  inspection.id, inspection.facility_id, report.id,
  (finding.value ->> 'id')::uuid,
  finding.value -> 'subject', point.value ->> 'text', coalesce((point.value ->> 'priority')::boolean, false),
  'awaitingTerm', '[]', 1, report.frozen_at, report.frozen_at
FROM inspection
JOIN report ON report.inspection_id = inspection.id AND report.number IS NOT NULL
JOIN finding ON finding.report_id = report.id
CROSS JOIN jsonb_array_elements(finding.value -> 'improvementPoints') AS point
LEFT JOIN improvement_point AS draft
  ON draft.inspection_id = inspection.id AND draft.id = (point.value ->> 'id')::uuid
WHERE inspection.state = 'final'
  AND NOT EXISTS (
    SELECT 1 FROM report AS later
    WHERE later.inspection_id = inspection.id AND later.number IS NOT NULL AND later.id > report.id)
  AND NOT EXISTS (SELECT 1 FROM followed_point WHERE followed_point.inspection_id = inspection.id);
