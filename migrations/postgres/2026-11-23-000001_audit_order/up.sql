-- What was done, in the transaction of the doing. `json`, not `jsonb`: what was hashed is kept as it was written.
CREATE TABLE audit_event (
  id uuid PRIMARY KEY,
  arrival bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  at timestamptz NOT NULL,
  action text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text COLLATE "C" NOT NULL,
  organisation_id uuid,
  facility_id uuid,
  public_to_inspectors boolean NOT NULL,
  actor json NOT NULL,
  trace uuid NOT NULL,
  payload json,
  payload_hash bytea,
  salt bytea
);
CREATE INDEX audit_event_by_arrival ON audit_event (arrival, id);
CREATE INDEX audit_event_by_organisation ON audit_event (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX audit_event_by_facility ON audit_event (facility_id) WHERE facility_id IS NOT NULL;
CREATE INDEX audit_event_by_subject ON audit_event (subject_id);
CREATE INDEX audit_event_to_inspectors ON audit_event (id) WHERE public_to_inspectors;

-- The one order of all events. Rows are only ever added.
CREATE TABLE audit_order (
  seq bigint PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  chain bytea NOT NULL
);

-- Signatures over the order. Rows are only ever added.
CREATE TABLE audit_seal (
  seq_to bigint PRIMARY KEY,
  seq_from bigint NOT NULL,
  chain bytea NOT NULL,
  previous bytea NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  signature bytea NOT NULL,
  at timestamptz NOT NULL
);

-- Below this arrival every event is in the order, and none will come.
CREATE TABLE audit_watermark (
  id integer PRIMARY KEY CHECK (id = 1),
  settled bigint NOT NULL
);
INSERT INTO audit_watermark VALUES (1, 0);
