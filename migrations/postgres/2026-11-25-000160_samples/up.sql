-- Samples of facilities that were drawn for a round: what was asked, and each pick with its reasons. Rows stay as they were drawn.
CREATE TABLE inspection_sample (
  id uuid PRIMARY KEY,
  round_id uuid NOT NULL REFERENCES inspection_round,
  document jsonb NOT NULL,
  drawn_by jsonb NOT NULL,
  drawn_at timestamptz NOT NULL
);
CREATE INDEX inspection_sample_of_round ON inspection_sample (round_id, id);

ALTER TABLE inspection_sample ALTER COLUMN document SET STATISTICS 0;
