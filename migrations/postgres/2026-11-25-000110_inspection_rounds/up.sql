-- Inspection rounds. What a round is about and which documents it goes by; its checklists are revisions, each as it was published.
CREATE TABLE inspection_round (
  id uuid PRIMARY KEY,
  title jsonb NOT NULL,
  sectors jsonb NOT NULL,
  frameworks jsonb NOT NULL,
  begins date NOT NULL,
  ends date NOT NULL,
  double_judgement boolean NOT NULL,
  state text NOT NULL,
  -- The number of the last revision of its checklist; 0 before the first.
  checklist_revision bigint NOT NULL,
  opened_at timestamptz,
  closed_at timestamptz,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE checklist_revision (
  round_id uuid NOT NULL REFERENCES inspection_round,
  revision bigint NOT NULL,
  document jsonb NOT NULL,
  published_by jsonb NOT NULL,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (round_id, revision)
);
