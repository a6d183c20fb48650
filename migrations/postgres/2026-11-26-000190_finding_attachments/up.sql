-- The files that versions of findings name: they stay as long as those do.
CREATE TABLE finding_attachment (
  inspection_id uuid NOT NULL REFERENCES inspection,
  version_id uuid NOT NULL,
  facility_id uuid NOT NULL REFERENCES facility,
  attachment_id uuid NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (inspection_id, version_id, attachment_id, sha256)
);
CREATE INDEX finding_attachment_by_attachment ON finding_attachment (facility_id, attachment_id);

INSERT INTO finding_attachment (inspection_id, version_id, facility_id, attachment_id, sha256)
SELECT v.inspection_id, v.id, i.facility_id, (e.value->>'attachmentId')::uuid, e.value->>'sha256'
FROM finding_version v JOIN inspection i ON i.id = v.inspection_id, jsonb_array_elements(v.content->'evidence') e
WHERE e.value ? 'attachmentId' AND e.value ? 'sha256'
ON CONFLICT DO NOTHING;
