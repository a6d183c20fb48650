-- What the facility says to a draft of the terms (verslag van termijnbepaling); the drafts and definitive ones are frozen beside the reports.
CREATE TABLE term_reaction (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  report_id BLOB NOT NULL REFERENCES report,
  point_id BLOB,
  text TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX term_reaction_by_report ON term_reaction (report_id, id);

-- An improvement point that is followed up, as the last numbered report has it.
CREATE TABLE followed_point (
  id BLOB PRIMARY KEY NOT NULL,
  arrival BLOB NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  facility_id BLOB NOT NULL REFERENCES facility,
  report_id BLOB NOT NULL REFERENCES report,
  finding_id BLOB NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  priority BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  -- The last day of its term.
  due DATE,
  terms TEXT NOT NULL,
  edit BIGINT NOT NULL,
  established_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX followed_point_by_arrival ON followed_point (arrival);
CREATE INDEX followed_point_by_inspection ON followed_point (inspection_id, arrival);
CREATE INDEX followed_point_by_facility ON followed_point (facility_id, arrival);
CREATE INDEX followed_point_by_state ON followed_point (state, due);

-- A measure that the facility took, or a plan of it, and what the recognising body decided on that.
CREATE TABLE improvement_answer (
  id BLOB PRIMARY KEY NOT NULL,
  point_id BLOB NOT NULL REFERENCES followed_point,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  on_day DATE,
  why_not_sooner TEXT,
  given_by TEXT NOT NULL,
  given_at TEXT NOT NULL,
  decision TEXT,
  decided_by TEXT,
  decided_at TEXT
) WITHOUT ROWID;
CREATE INDEX improvement_answer_by_point ON improvement_answer (point_id, id);

CREATE TABLE improvement_answer_attachment (
  answer_id BLOB NOT NULL REFERENCES improvement_answer,
  position BIGINT NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility,
  attachment_id BLOB NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (answer_id, position)
) WITHOUT ROWID;
CREATE INDEX improvement_answer_by_attachment ON improvement_answer_attachment (facility_id, attachment_id);

-- Whether a point was found to be mended, on documents or on a visit.
CREATE TABLE improvement_verification (
  id BLOB PRIMARY KEY NOT NULL,
  point_id BLOB NOT NULL REFERENCES followed_point,
  way TEXT NOT NULL,
  inspection_id BLOB REFERENCES inspection,
  met BOOLEAN NOT NULL,
  note TEXT NOT NULL,
  verified_by TEXT NOT NULL,
  verified_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX improvement_verification_by_point ON improvement_verification (point_id, id);

CREATE INDEX inspection_by_followed ON inspection (follows_id) WHERE follows_id IS NOT NULL;
CREATE INDEX improvement_point_by_id ON improvement_point (id);
