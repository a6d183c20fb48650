-- Where two inspectors judge a finding apart from each other: each version of each one's judgement, and the one that the lead adopted.
CREATE TABLE finding_judgement (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL,
  finding_id BLOB NOT NULL,
  round_id BLOB NOT NULL REFERENCES inspection_round,
  person TEXT NOT NULL,
  number BIGINT NOT NULL,
  judgement TEXT NOT NULL,
  reason TEXT,
  -- The heads of the finding that it is about.
  heads TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at TEXT NOT NULL,
  UNIQUE (inspection_id, finding_id, person, number),
  FOREIGN KEY (inspection_id, finding_id) REFERENCES finding
) WITHOUT ROWID;
CREATE INDEX finding_judgement_in_round ON finding_judgement (round_id, id);

CREATE TABLE judgement_adoption (
  inspection_id BLOB NOT NULL,
  finding_id BLOB NOT NULL,
  judgement_id BLOB NOT NULL REFERENCES finding_judgement,
  reason TEXT,
  adopted_by TEXT NOT NULL,
  adopted_at TEXT NOT NULL,
  PRIMARY KEY (inspection_id, finding_id),
  FOREIGN KEY (inspection_id, finding_id) REFERENCES finding
) WITHOUT ROWID;

-- The judgement that was adopted: the finding's own, whatever versions come.
ALTER TABLE finding ADD COLUMN adopted TEXT;
