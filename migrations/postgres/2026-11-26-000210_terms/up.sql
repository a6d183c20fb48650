-- What the facility says to a draft of the terms (verslag van termijnbepaling); the drafts and definitive ones are frozen beside the reports.
CREATE TABLE term_reaction (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  report_id uuid NOT NULL REFERENCES report,
  point_id uuid,
  text text NOT NULL,
  given_by jsonb NOT NULL,
  given_at timestamptz NOT NULL
);
CREATE INDEX term_reaction_by_report ON term_reaction (report_id, id);

-- An improvement point that is followed up, as the last numbered report has it.
CREATE TABLE followed_point (
  id uuid PRIMARY KEY,
  arrival uuid NOT NULL,
  inspection_id uuid NOT NULL REFERENCES inspection,
  facility_id uuid NOT NULL REFERENCES facility,
  report_id uuid NOT NULL REFERENCES report,
  finding_id uuid NOT NULL,
  subject jsonb NOT NULL,
  text text NOT NULL,
  priority boolean NOT NULL,
  state text NOT NULL,
  -- The last day of its term.
  due date,
  terms jsonb NOT NULL,
  edit bigint NOT NULL,
  established_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX followed_point_by_arrival ON followed_point (arrival);
CREATE INDEX followed_point_by_inspection ON followed_point (inspection_id, arrival);
CREATE INDEX followed_point_by_facility ON followed_point (facility_id, arrival);
CREATE INDEX followed_point_by_state ON followed_point (state, due);

-- A measure that the facility took, or a plan of it, and what the recognising body decided on that.
CREATE TABLE improvement_answer (
  id uuid PRIMARY KEY,
  point_id uuid NOT NULL REFERENCES followed_point,
  kind text NOT NULL,
  text text NOT NULL,
  on_day date,
  why_not_sooner text,
  given_by jsonb NOT NULL,
  given_at timestamptz NOT NULL,
  decision jsonb,
  decided_by jsonb,
  decided_at timestamptz
);
CREATE INDEX improvement_answer_by_point ON improvement_answer (point_id, id);

CREATE TABLE improvement_answer_attachment (
  answer_id uuid NOT NULL REFERENCES improvement_answer,
  position bigint NOT NULL,
  facility_id uuid NOT NULL REFERENCES facility,
  attachment_id uuid NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (answer_id, position)
);
CREATE INDEX improvement_answer_by_attachment ON improvement_answer_attachment (facility_id, attachment_id);

-- Whether a point was found to be mended, on documents or on a visit.
CREATE TABLE improvement_verification (
  id uuid PRIMARY KEY,
  point_id uuid NOT NULL REFERENCES followed_point,
  way text NOT NULL,
  inspection_id uuid REFERENCES inspection,
  met boolean NOT NULL,
  note text NOT NULL,
  verified_by jsonb NOT NULL,
  verified_at timestamptz NOT NULL
);
CREATE INDEX improvement_verification_by_point ON improvement_verification (point_id, id);

CREATE INDEX inspection_by_followed ON inspection (follows_id) WHERE follows_id IS NOT NULL;
CREATE INDEX improvement_point_by_id ON improvement_point (id);
