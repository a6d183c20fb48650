-- Where two inspectors judge a finding apart from each other: each version of each one's judgement, and the one that the lead adopted.
CREATE TABLE finding_judgement (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL,
  finding_id uuid NOT NULL,
  round_id uuid NOT NULL REFERENCES inspection_round,
  person text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  judgement text COLLATE "C" NOT NULL,
  reason text,
  -- The heads of the finding that it is about.
  heads jsonb NOT NULL,
  given_by jsonb NOT NULL,
  given_at timestamptz NOT NULL,
  UNIQUE (inspection_id, finding_id, person, number),
  FOREIGN KEY (inspection_id, finding_id) REFERENCES finding
);
CREATE INDEX finding_judgement_in_round ON finding_judgement (round_id, id);

CREATE TABLE judgement_adoption (
  inspection_id uuid NOT NULL,
  finding_id uuid NOT NULL,
  judgement_id uuid NOT NULL REFERENCES finding_judgement,
  reason text,
  adopted_by jsonb NOT NULL,
  adopted_at timestamptz NOT NULL,
  PRIMARY KEY (inspection_id, finding_id),
  FOREIGN KEY (inspection_id, finding_id) REFERENCES finding
);

-- The judgement that was adopted: the finding's own, whatever versions come.
ALTER TABLE finding ADD COLUMN adopted text COLLATE "C";

-- ANALYZE would keep samples of these texts in pg_statistic, out of the reach of a redaction. Nothing searches by them.
ALTER TABLE finding_judgement ALTER COLUMN reason SET STATISTICS 0;
ALTER TABLE judgement_adoption ALTER COLUMN reason SET STATISTICS 0;
