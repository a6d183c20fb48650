-- The files that versions of findings name: they stay as long as those do.
CREATE TABLE finding_attachment (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  version_id BLOB NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility,
  attachment_id BLOB NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (inspection_id, version_id, attachment_id, sha256)
) WITHOUT ROWID;
CREATE INDEX finding_attachment_by_attachment ON finding_attachment (facility_id, attachment_id);

INSERT OR IGNORE INTO finding_attachment (inspection_id, version_id, facility_id, attachment_id, sha256)
SELECT v.inspection_id, v.id, i.facility_id, unhex(replace(json_extract(e.value, '$.attachmentId'), '-', '')), json_extract(e.value, '$.sha256')
FROM finding_version v JOIN inspection i ON i.id = v.inspection_id, json_each(v.content, '$.evidence') e
WHERE json_extract(e.value, '$.attachmentId') IS NOT NULL AND json_extract(e.value, '$.sha256') IS NOT NULL;
