-- The figures of a round, as they were when it closed.
CREATE TABLE policy_report (
  round_id uuid PRIMARY KEY REFERENCES inspection_round,
  document jsonb NOT NULL,
  frozen_at timestamptz NOT NULL
);

-- What a closed round found of each facility's self-report. Never shown row by row: the figures of sectors are counted from it.
CREATE TABLE round_comparison (
  round_id uuid NOT NULL REFERENCES inspection_round,
  facility_id uuid NOT NULL REFERENCES facility,
  sector_code text COLLATE "C" NOT NULL,
  framework_code text COLLATE "C" NOT NULL,
  criterion_code text COLLATE "C" NOT NULL,
  agrees boolean NOT NULL,
  closed_at timestamptz NOT NULL,
  PRIMARY KEY (sector_code, framework_code, criterion_code, facility_id, round_id)
);
