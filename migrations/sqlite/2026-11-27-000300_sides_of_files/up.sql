-- The facility and the team of each inspection have ids of their own: none takes a place from another, or learns that it is taken.
ALTER TABLE attachment RENAME TO attachment_before;
ALTER TABLE attachment_chunk RENAME TO attachment_chunk_before;
DROP INDEX attachment_receiving;

CREATE TABLE attachment (
  facility_id BLOB NOT NULL REFERENCES facility (id),
  id BLOB NOT NULL,
  content_id BLOB NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  file_name TEXT,
  media_type TEXT NOT NULL,
  sent_size BIGINT,
  sent_sha256 TEXT NOT NULL,
  stored_size BIGINT,
  stored_sha256 TEXT,
  stored_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  finished_at TEXT,
  edit BIGINT NOT NULL DEFAULT 1,
  inspection_id BLOB,
  shown_at TEXT
) WITHOUT ROWID;
CREATE INDEX attachment_receiving ON attachment (created_at) WHERE state = 'receiving';
CREATE UNIQUE INDEX attachment_by_id ON attachment (id, facility_id, coalesce(inspection_id, facility_id));

INSERT INTO attachment (facility_id, id, content_id, state, file_name, media_type, sent_size, sent_sha256, stored_size, stored_sha256, stored_by,
  created_at, finished_at, edit, inspection_id, shown_at)
SELECT facility_id, id, content_id, state, file_name, media_type, sent_size, sent_sha256, stored_size, stored_sha256, stored_by, created_at,
  finished_at, edit, inspection_id, shown_at
FROM attachment_before;

CREATE TABLE attachment_chunk (
  content_id BLOB NOT NULL REFERENCES attachment (content_id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (content_id, position)
);
INSERT INTO attachment_chunk (content_id, position, bytes) SELECT content_id, position, bytes FROM attachment_chunk_before;

DROP TABLE attachment_chunk_before;
DROP TABLE attachment_before;
