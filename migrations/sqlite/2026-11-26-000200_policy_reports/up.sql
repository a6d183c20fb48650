-- The figures of a round, as they were when it closed.
CREATE TABLE policy_report (
  round_id BLOB PRIMARY KEY NOT NULL REFERENCES inspection_round,
  document TEXT NOT NULL,
  frozen_at TEXT NOT NULL
) WITHOUT ROWID;

-- What a closed round found of each facility's self-report. Never shown row by row: the figures of sectors are counted from it.
CREATE TABLE round_comparison (
  round_id BLOB NOT NULL REFERENCES inspection_round,
  facility_id BLOB NOT NULL REFERENCES facility,
  sector_code TEXT NOT NULL,
  framework_code TEXT NOT NULL,
  criterion_code TEXT NOT NULL,
  agrees BOOLEAN NOT NULL,
  closed_at TEXT NOT NULL,
  PRIMARY KEY (sector_code, framework_code, criterion_code, facility_id, round_id)
) WITHOUT ROWID;
