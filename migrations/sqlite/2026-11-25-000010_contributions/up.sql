-- What a coordinator asks others by a link. Of the link's secret there is a hash alone.
CREATE TABLE contribution (
  id BLOB PRIMARY KEY NOT NULL,
  self_assessment_id BLOB NOT NULL REFERENCES self_assessment (id),
  unit_id BLOB REFERENCES unit (id),
  criteria TEXT NOT NULL,
  recipient TEXT,
  message TEXT,
  state TEXT NOT NULL,
  secret_hash BLOB NOT NULL UNIQUE,
  expires_at TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  answers TEXT NOT NULL,
  given_by TEXT,
  answered_at TEXT,
  return_reason TEXT,
  accepted TEXT NOT NULL,
  accepted_by TEXT,
  accepted_at TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contribution_by_self_assessment ON contribution (self_assessment_id, id);
