-- Inspection rounds. What a round is about and which documents it goes by; its checklists are revisions, each as it was published.
CREATE TABLE inspection_round (
  id BLOB PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  sectors TEXT NOT NULL,
  frameworks TEXT NOT NULL,
  begins DATE NOT NULL,
  ends DATE NOT NULL,
  double_judgement BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  -- The number of the last revision of its checklist; 0 before the first.
  checklist_revision BIGINT NOT NULL,
  opened_at TEXT,
  closed_at TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE checklist_revision (
  round_id BLOB NOT NULL REFERENCES inspection_round,
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  published_by TEXT NOT NULL,
  published_at TEXT NOT NULL,
  PRIMARY KEY (round_id, revision)
) WITHOUT ROWID;
