-- An attachment that comes in pieces has a sender. What is under way is there for a day at most, and begins anew.
DROP TABLE attachment_part;
DROP TABLE attachment_upload;

CREATE TABLE attachment_upload (
  facility_id BLOB NOT NULL REFERENCES facility,
  attachment_id BLOB NOT NULL,
  -- On whose side it is sent: nobody of another one goes on with it, or hears of it.
  sender TEXT NOT NULL,
  upload_id BLOB NOT NULL UNIQUE,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  received BIGINT NOT NULL,
  pieces BIGINT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (attachment_id, facility_id, sender)
) WITHOUT ROWID;
CREATE INDEX attachment_upload_by_age ON attachment_upload (updated_at);

CREATE TABLE attachment_part (
  upload_id BLOB NOT NULL REFERENCES attachment_upload (upload_id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (upload_id, position)
);
