-- Inspections: one visit or more to one facility, within a round. What the facility may not know of yet has no known_at.
CREATE TABLE inspection (
  id BLOB PRIMARY KEY NOT NULL,
  round_id BLOB NOT NULL REFERENCES inspection_round,
  facility_id BLOB NOT NULL REFERENCES facility,
  unit_id BLOB REFERENCES unit,
  facility_type TEXT NOT NULL,
  reason TEXT NOT NULL,
  reason_disclosed BOOLEAN NOT NULL,
  announced BOOLEAN NOT NULL,
  reference TEXT,
  follows_id BLOB REFERENCES inspection,
  state TEXT NOT NULL,
  known_at TEXT,
  -- The revision that it began with, and each move to a newer one.
  checklist_revision BIGINT,
  checklist_moves TEXT NOT NULL,
  announcements TEXT NOT NULL,
  began_at TEXT,
  cancellation TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX inspection_by_facility ON inspection (facility_id, id);
CREATE INDEX inspection_by_round ON inspection (round_id, id);

-- Who works on it, and who did: rows stay. A person is the subject of a token.
CREATE TABLE inspection_assignment (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  assigned_by TEXT NOT NULL,
  assigned_at TEXT NOT NULL,
  ended_at TEXT,
  ended_by TEXT
) WITHOUT ROWID;
-- A person has one part in an inspection at a time.
CREATE UNIQUE INDEX inspection_assignment_live ON inspection_assignment (inspection_id, person) WHERE ended_at IS NULL;
-- An inspector's every request looks here.
CREATE INDEX inspection_assignment_by_person ON inspection_assignment (person, inspection_id) WHERE ended_at IS NULL;
CREATE INDEX inspection_assignment_by_inspection ON inspection_assignment (inspection_id, id);

CREATE TABLE inspection_visit (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  id BLOB NOT NULL,
  arrival BLOB NOT NULL,
  site_id BLOB REFERENCES site,
  announced BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  planned_from TEXT NOT NULL,
  planned_to TEXT NOT NULL,
  began_at TEXT,
  ended_at TEXT,
  interlocutors TEXT NOT NULL,
  note TEXT,
  recorded_by TEXT,
  recorded_at TEXT,
  PRIMARY KEY (inspection_id, id)
) WITHOUT ROWID;

-- What the facility is asked for, and what it sent: answers are added, never replaced.
CREATE TABLE document_request (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  id BLOB NOT NULL,
  arrival BLOB NOT NULL,
  title TEXT NOT NULL,
  description TEXT,
  due DATE,
  PRIMARY KEY (inspection_id, id)
) WITHOUT ROWID;

CREATE TABLE document_answer (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  request_id BLOB NOT NULL,
  note TEXT,
  answered_by TEXT NOT NULL,
  answered_at TEXT NOT NULL,
  FOREIGN KEY (inspection_id, request_id) REFERENCES document_request
) WITHOUT ROWID;
CREATE INDEX document_answer_by_inspection ON document_answer (inspection_id, id);

CREATE TABLE document_answer_attachment (
  answer_id BLOB NOT NULL REFERENCES document_answer,
  position BIGINT NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility,
  attachment_id BLOB NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (answer_id, position)
) WITHOUT ROWID;
CREATE INDEX document_answer_by_attachment ON document_answer_attachment (facility_id, attachment_id);

-- The inspection that an event is about: its team may know of it, and everyone else once the inspection is known.
ALTER TABLE audit_event ADD COLUMN inspection_id BLOB;
