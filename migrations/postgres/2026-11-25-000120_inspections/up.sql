-- Inspections: one visit or more to one facility, within a round. What the facility may not know of yet has no known_at.
CREATE TABLE inspection (
  id uuid PRIMARY KEY,
  round_id uuid NOT NULL REFERENCES inspection_round,
  facility_id uuid NOT NULL REFERENCES facility,
  unit_id uuid REFERENCES unit,
  facility_type text NOT NULL,
  reason text NOT NULL,
  reason_disclosed boolean NOT NULL,
  announced boolean NOT NULL,
  reference text,
  follows_id uuid REFERENCES inspection,
  state text NOT NULL,
  known_at timestamptz,
  -- The revision that it began with, and each move to a newer one.
  checklist_revision bigint,
  checklist_moves jsonb NOT NULL,
  announcements jsonb NOT NULL,
  began_at timestamptz,
  cancellation jsonb,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX inspection_by_facility ON inspection (facility_id, id);
CREATE INDEX inspection_by_round ON inspection (round_id, id);

-- Who works on it, and who did: rows stay. A person is the subject of a token.
CREATE TABLE inspection_assignment (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  person text COLLATE "C" NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  assigned_by jsonb NOT NULL,
  assigned_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by jsonb
);
-- A person has one part in an inspection at a time.
CREATE UNIQUE INDEX inspection_assignment_live ON inspection_assignment (inspection_id, person) WHERE ended_at IS NULL;
-- An inspector's every request looks here.
CREATE INDEX inspection_assignment_by_person ON inspection_assignment (person, inspection_id) WHERE ended_at IS NULL;
CREATE INDEX inspection_assignment_by_inspection ON inspection_assignment (inspection_id, id);

CREATE TABLE inspection_visit (
  inspection_id uuid NOT NULL REFERENCES inspection,
  id uuid NOT NULL,
  arrival uuid NOT NULL,
  site_id uuid REFERENCES site,
  announced boolean NOT NULL,
  state text NOT NULL,
  planned_from timestamptz NOT NULL,
  planned_to timestamptz NOT NULL,
  began_at timestamptz,
  ended_at timestamptz,
  interlocutors jsonb NOT NULL,
  note text,
  recorded_by jsonb,
  recorded_at timestamptz,
  PRIMARY KEY (inspection_id, id)
);

-- What the facility is asked for, and what it sent: answers are added, never replaced.
CREATE TABLE document_request (
  inspection_id uuid NOT NULL REFERENCES inspection,
  id uuid NOT NULL,
  arrival uuid NOT NULL,
  title text NOT NULL,
  description text,
  due date,
  PRIMARY KEY (inspection_id, id)
);

CREATE TABLE document_answer (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  request_id uuid NOT NULL,
  note text,
  answered_by jsonb NOT NULL,
  answered_at timestamptz NOT NULL,
  FOREIGN KEY (inspection_id, request_id) REFERENCES document_request
);
CREATE INDEX document_answer_by_inspection ON document_answer (inspection_id, id);

CREATE TABLE document_answer_attachment (
  answer_id uuid NOT NULL REFERENCES document_answer,
  position bigint NOT NULL,
  facility_id uuid NOT NULL REFERENCES facility,
  attachment_id uuid NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (answer_id, position)
);
CREATE INDEX document_answer_by_attachment ON document_answer_attachment (facility_id, attachment_id);

-- The inspection that an event is about: its team may know of it, and everyone else once the inspection is known.
ALTER TABLE audit_event ADD COLUMN inspection_id uuid;

-- ANALYZE would keep samples of these texts in pg_statistic, out of the reach of a redaction. Nothing searches by them.
ALTER TABLE inspection ALTER COLUMN announcements SET STATISTICS 0, ALTER COLUMN cancellation SET STATISTICS 0,
  ALTER COLUMN checklist_moves SET STATISTICS 0;
ALTER TABLE inspection_visit ALTER COLUMN note SET STATISTICS 0, ALTER COLUMN interlocutors SET STATISTICS 0;
ALTER TABLE document_request ALTER COLUMN title SET STATISTICS 0, ALTER COLUMN description SET STATISTICS 0;
ALTER TABLE document_answer ALTER COLUMN note SET STATISTICS 0;
