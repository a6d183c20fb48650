-- Reports of inspections as they were frozen, and what is said to them.
CREATE TABLE report (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  kind TEXT NOT NULL,
  number TEXT,
  corrects_id BLOB REFERENCES report,
  document TEXT NOT NULL,
  frozen_by TEXT NOT NULL,
  frozen_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX report_by_inspection ON report (inspection_id, id);
CREATE UNIQUE INDEX report_by_number ON report (number) WHERE number IS NOT NULL;

-- The last number given in each year. Its row is held until the report that takes a number is stored, so that there is no gap.
CREATE TABLE report_number (
  year BIGINT PRIMARY KEY NOT NULL,
  last BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE delivery (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  report_id BLOB NOT NULL REFERENCES report,
  way TEXT NOT NULL,
  sent_on DATE NOT NULL,
  -- How many days the facility has to react, as it was set then; none where it need not.
  term TEXT,
  proof TEXT,
  delivered_on DATE,
  extensions TEXT NOT NULL,
  completed_at TEXT,
  recorded_by TEXT NOT NULL,
  recorded_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX delivery_by_inspection ON delivery (inspection_id, id);

CREATE TABLE reaction (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  report_id BLOB NOT NULL REFERENCES report,
  finding_id BLOB,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at TEXT NOT NULL,
  decision TEXT,
  decided_by TEXT,
  decided_at TEXT
) WITHOUT ROWID;
CREATE INDEX reaction_by_inspection ON reaction (inspection_id, id);

CREATE TABLE improvement_point (
  inspection_id BLOB NOT NULL REFERENCES inspection,
  id BLOB NOT NULL,
  arrival BLOB NOT NULL,
  finding_id BLOB NOT NULL,
  text TEXT NOT NULL,
  priority BOOLEAN NOT NULL,
  withdrawn BOOLEAN NOT NULL,
  edit BIGINT NOT NULL,
  saved_by TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  PRIMARY KEY (inspection_id, id)
) WITHOUT ROWID;

-- What everyone may read of a report.
CREATE TABLE publication (
  id BLOB PRIMARY KEY NOT NULL,
  inspection_id BLOB NOT NULL REFERENCES inspection,
  report_id BLOB NOT NULL REFERENCES report,
  number TEXT NOT NULL,
  document TEXT NOT NULL,
  checked_by TEXT NOT NULL,
  published_by TEXT NOT NULL,
  published_at TEXT NOT NULL,
  superseded_by BLOB REFERENCES publication,
  withdrawn_by TEXT,
  withdrawn_at TEXT,
  withdrawal_reason TEXT
) WITHOUT ROWID;
CREATE INDEX publication_by_inspection ON publication (inspection_id, id);
