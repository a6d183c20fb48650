-- Samples of facilities that were drawn for a round: what was asked, and each pick with its reasons. Rows stay as they were drawn.
CREATE TABLE inspection_sample (
  id BLOB PRIMARY KEY NOT NULL,
  round_id BLOB NOT NULL REFERENCES inspection_round,
  document TEXT NOT NULL,
  drawn_by TEXT NOT NULL,
  drawn_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX inspection_sample_of_round ON inspection_sample (round_id, id);
