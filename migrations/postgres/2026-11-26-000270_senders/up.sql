-- An attachment that comes in pieces has a sender. What is under way is there for a day at most, and begins anew.
DROP TABLE attachment_part;
DROP TABLE attachment_upload;

CREATE TABLE attachment_upload (
  facility_id uuid NOT NULL REFERENCES facility,
  attachment_id uuid NOT NULL,
  -- On whose side it is sent: nobody of another one goes on with it, or hears of it.
  sender text NOT NULL,
  upload_id uuid NOT NULL UNIQUE,
  sha256 text NOT NULL,
  size bigint NOT NULL,
  received bigint NOT NULL,
  pieces bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (attachment_id, facility_id, sender)
);
CREATE INDEX attachment_upload_by_age ON attachment_upload (updated_at);

CREATE TABLE attachment_part (
  upload_id uuid NOT NULL REFERENCES attachment_upload (upload_id) ON DELETE CASCADE,
  position bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (upload_id, position)
);
