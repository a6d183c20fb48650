-- Organisations and facilities

CREATE TABLE sector (
  code TEXT PRIMARY KEY NOT NULL,
  document TEXT NOT NULL,
  edit BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE facility_type (
  code TEXT PRIMARY KEY NOT NULL,
  sector_code TEXT NOT NULL REFERENCES sector (code),
  document TEXT NOT NULL,
  edit BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE organisation (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE facility (
  id BLOB PRIMARY KEY NOT NULL,
  organisation_id BLOB NOT NULL REFERENCES organisation (id),
  facility_type TEXT NOT NULL REFERENCES facility_type (code),
  name TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX facility_by_organisation ON facility (organisation_id, id);

CREATE TABLE site (
  id BLOB PRIMARY KEY NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility (id),
  name TEXT NOT NULL,
  address TEXT,
  valid_from DATE NOT NULL,
  valid_to DATE,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX site_by_facility ON site (facility_id, id);

CREATE TABLE unit (
  id BLOB PRIMARY KEY NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility (id),
  site_id BLOB REFERENCES site (id),
  facility_type TEXT NOT NULL REFERENCES facility_type (code),
  name TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX unit_by_facility ON unit (facility_id, id);

CREATE TABLE identifier (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  owner_id BLOB NOT NULL,
  owner_kind TEXT NOT NULL,
  PRIMARY KEY (value, kind, valid_from)
) WITHOUT ROWID;
CREATE INDEX identifier_by_owner ON identifier (owner_id);

CREATE TABLE integration (
  client_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  organisations TEXT NOT NULL,
  all_organisations BOOLEAN NOT NULL,
  valid_until TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

-- Frameworks

CREATE TABLE framework_version (
  id BLOB PRIMARY KEY NOT NULL,
  framework_code TEXT NOT NULL,
  version_code TEXT NOT NULL,
  state TEXT NOT NULL,
  document TEXT NOT NULL,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  published_at TEXT,
  UNIQUE (framework_code, version_code)
);

-- Self-assessment

CREATE TABLE cycle (
  id BLOB PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  framework_code TEXT NOT NULL,
  version_code TEXT NOT NULL,
  facility_types TEXT NOT NULL,
  opens TEXT NOT NULL,
  due TEXT NOT NULL,
  purpose TEXT NOT NULL,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
) WITHOUT ROWID;

CREATE TABLE self_assessment (
  id BLOB PRIMARY KEY NOT NULL,
  cycle_id BLOB NOT NULL REFERENCES cycle (id),
  facility_id BLOB NOT NULL REFERENCES facility (id),
  facility_type TEXT NOT NULL,
  framework_code TEXT NOT NULL,
  version_code TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL,
  submitted_revision BIGINT,
  submitted_at TEXT,
  based_on BLOB REFERENCES self_assessment (id),
  opening TEXT NOT NULL,
  reopening TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (facility_id, cycle_id),
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
) WITHOUT ROWID;
CREATE INDEX self_assessment_by_cycle ON self_assessment (cycle_id, id);

CREATE TABLE answer (
  self_assessment_id BLOB NOT NULL REFERENCES self_assessment (id),
  criterion_code TEXT NOT NULL,
  level TEXT NOT NULL,
  note TEXT,
  evidence TEXT NOT NULL,
  origin TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  answered_at TEXT NOT NULL,
  confirmed_by TEXT,
  confirmed_at TEXT,
  PRIMARY KEY (self_assessment_id, criterion_code)
) WITHOUT ROWID;

CREATE TABLE self_assessment_revision (
  self_assessment_id BLOB NOT NULL REFERENCES self_assessment (id),
  revision BIGINT NOT NULL,
  submitted_at TEXT NOT NULL,
  submitted_by TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (self_assessment_id, revision)
);

CREATE TABLE revision_attachment (
  facility_id BLOB NOT NULL,
  attachment_id BLOB NOT NULL,
  self_assessment_id BLOB NOT NULL,
  revision BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (facility_id, attachment_id, self_assessment_id, revision),
  FOREIGN KEY (self_assessment_id, revision) REFERENCES self_assessment_revision (self_assessment_id, revision)
) WITHOUT ROWID;

-- Attachments

-- Clients make the ids, so they are unique within a facility only: nobody learns from a clash that another has one.
CREATE TABLE attachment (
  facility_id BLOB NOT NULL REFERENCES facility (id),
  id BLOB NOT NULL,
  content_id BLOB NOT NULL UNIQUE,
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
  PRIMARY KEY (id, facility_id)
) WITHOUT ROWID;
CREATE INDEX attachment_receiving ON attachment (created_at) WHERE state = 'receiving';

CREATE TABLE attachment_chunk (
  content_id BLOB NOT NULL REFERENCES attachment (content_id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (content_id, position)
);

-- Across

CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status INTEGER NOT NULL,
  location TEXT,
  etag TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
