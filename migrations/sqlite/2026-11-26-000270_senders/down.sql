DROP TABLE attachment_part;
DROP TABLE attachment_upload;

CREATE TABLE attachment_upload (
  facility_id BLOB NOT NULL REFERENCES facility,
  attachment_id BLOB NOT NULL,
  upload_id BLOB NOT NULL UNIQUE,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  received BIGINT NOT NULL,
  pieces BIGINT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (attachment_id, facility_id)
) WITHOUT ROWID;
CREATE INDEX attachment_upload_by_age ON attachment_upload (updated_at);

CREATE TABLE attachment_part (
  upload_id BLOB NOT NULL REFERENCES attachment_upload (upload_id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (upload_id, position)
);
