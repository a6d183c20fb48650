-- Organisations and facilities

CREATE TABLE sector (
  code text COLLATE "C" PRIMARY KEY,
  document jsonb NOT NULL,
  edit bigint NOT NULL
);

CREATE TABLE facility_type (
  code text COLLATE "C" PRIMARY KEY,
  sector_code text COLLATE "C" NOT NULL REFERENCES sector,
  document jsonb NOT NULL,
  edit bigint NOT NULL
);

CREATE TABLE organisation (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE facility (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  facility_type text COLLATE "C" NOT NULL REFERENCES facility_type,
  name text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX facility_by_organisation ON facility (organisation_id, id);

CREATE TABLE site (
  id uuid PRIMARY KEY,
  facility_id uuid NOT NULL REFERENCES facility,
  name text NOT NULL,
  address text,
  valid_from date NOT NULL,
  valid_to date,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX site_by_facility ON site (facility_id, id);

CREATE TABLE unit (
  id uuid PRIMARY KEY,
  facility_id uuid NOT NULL REFERENCES facility,
  site_id uuid REFERENCES site,
  facility_type text COLLATE "C" NOT NULL REFERENCES facility_type,
  name text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX unit_by_facility ON unit (facility_id, id);

CREATE TABLE identifier (
  kind text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  owner_id uuid NOT NULL,
  owner_kind text COLLATE "C" NOT NULL,
  PRIMARY KEY (value, kind, valid_from)
);
CREATE INDEX identifier_by_owner ON identifier (owner_id);

CREATE TABLE integration (
  client_id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  scopes jsonb NOT NULL,
  organisations jsonb NOT NULL,
  all_organisations boolean NOT NULL,
  valid_until timestamptz,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);

-- Frameworks

CREATE TABLE framework_version (
  id uuid PRIMARY KEY,
  framework_code text COLLATE "C" NOT NULL,
  version_code text COLLATE "C" NOT NULL,
  state text NOT NULL,
  document jsonb NOT NULL,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL,
  published_at timestamptz,
  UNIQUE (framework_code, version_code)
);

-- Self-assessment

CREATE TABLE cycle (
  id uuid PRIMARY KEY,
  title jsonb NOT NULL,
  framework_code text COLLATE "C" NOT NULL,
  version_code text COLLATE "C" NOT NULL,
  facility_types jsonb NOT NULL,
  opens timestamptz NOT NULL,
  due timestamptz NOT NULL,
  purpose text NOT NULL,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL,
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
);

CREATE TABLE self_assessment (
  id uuid PRIMARY KEY,
  cycle_id uuid NOT NULL REFERENCES cycle,
  facility_id uuid NOT NULL REFERENCES facility,
  facility_type text COLLATE "C" NOT NULL,
  framework_code text COLLATE "C" NOT NULL,
  version_code text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  state text NOT NULL,
  revision bigint NOT NULL,
  submitted_revision bigint,
  submitted_at timestamptz,
  based_on uuid REFERENCES self_assessment,
  opening jsonb NOT NULL,
  reopening jsonb,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (facility_id, cycle_id),
  FOREIGN KEY (framework_code, version_code) REFERENCES framework_version (framework_code, version_code)
);
CREATE INDEX self_assessment_by_cycle ON self_assessment (cycle_id, id);

CREATE TABLE answer (
  self_assessment_id uuid NOT NULL REFERENCES self_assessment,
  criterion_code text COLLATE "C" NOT NULL,
  level text NOT NULL,
  note text,
  evidence jsonb NOT NULL,
  origin text NOT NULL,
  answered_by jsonb NOT NULL,
  answered_at timestamptz NOT NULL,
  confirmed_by jsonb,
  confirmed_at timestamptz,
  PRIMARY KEY (self_assessment_id, criterion_code)
);

CREATE TABLE self_assessment_revision (
  self_assessment_id uuid NOT NULL REFERENCES self_assessment,
  revision bigint NOT NULL,
  submitted_at timestamptz NOT NULL,
  submitted_by jsonb NOT NULL,
  document jsonb NOT NULL,
  PRIMARY KEY (self_assessment_id, revision)
);

CREATE TABLE revision_attachment (
  facility_id uuid NOT NULL,
  attachment_id uuid NOT NULL,
  self_assessment_id uuid NOT NULL,
  revision bigint NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  PRIMARY KEY (facility_id, attachment_id, self_assessment_id, revision),
  FOREIGN KEY (self_assessment_id, revision) REFERENCES self_assessment_revision
);

-- Attachments

-- Clients make the ids, so they are unique within a facility only: nobody learns from a clash that another has one.
CREATE TABLE attachment (
  facility_id uuid NOT NULL REFERENCES facility,
  id uuid NOT NULL,
  content_id uuid NOT NULL UNIQUE,
  state text NOT NULL,
  file_name text,
  media_type text NOT NULL,
  sent_size bigint,
  sent_sha256 text COLLATE "C" NOT NULL,
  stored_size bigint,
  stored_sha256 text,
  stored_by jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (id, facility_id)
);
CREATE INDEX attachment_receiving ON attachment (created_at) WHERE state = 'receiving';

CREATE TABLE attachment_chunk (
  content_id uuid NOT NULL REFERENCES attachment (content_id) ON DELETE CASCADE,
  position bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (content_id, position)
);

-- Across

CREATE TABLE idempotency (
  caller text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  status integer NOT NULL,
  location text,
  etag text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
