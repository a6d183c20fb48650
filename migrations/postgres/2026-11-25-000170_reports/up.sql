-- Reports of inspections as they were frozen, and what is said to them.
CREATE TABLE report (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  kind text NOT NULL,
  number text,
  corrects_id uuid REFERENCES report,
  document jsonb NOT NULL,
  frozen_by jsonb NOT NULL,
  frozen_at timestamptz NOT NULL
);
CREATE INDEX report_by_inspection ON report (inspection_id, id);
CREATE UNIQUE INDEX report_by_number ON report (number) WHERE number IS NOT NULL;

-- The last number given in each year. Its row is held until the report that takes a number is stored, so that there is no gap.
CREATE TABLE report_number (
  year bigint PRIMARY KEY,
  last bigint NOT NULL
);

CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  report_id uuid NOT NULL REFERENCES report,
  way text NOT NULL,
  sent_on date NOT NULL,
  -- How many days the facility has to react, as it was set then; none where it need not.
  term jsonb,
  proof jsonb,
  delivered_on date,
  extensions jsonb NOT NULL,
  completed_at timestamptz,
  recorded_by jsonb NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX delivery_by_inspection ON delivery (inspection_id, id);

CREATE TABLE reaction (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  report_id uuid NOT NULL REFERENCES report,
  finding_id uuid,
  kind text NOT NULL,
  text text NOT NULL,
  given_by jsonb NOT NULL,
  given_at timestamptz NOT NULL,
  decision jsonb,
  decided_by jsonb,
  decided_at timestamptz
);
CREATE INDEX reaction_by_inspection ON reaction (inspection_id, id);

CREATE TABLE improvement_point (
  inspection_id uuid NOT NULL REFERENCES inspection,
  id uuid NOT NULL,
  arrival uuid NOT NULL,
  finding_id uuid NOT NULL,
  text text NOT NULL,
  priority boolean NOT NULL,
  withdrawn boolean NOT NULL,
  edit bigint NOT NULL,
  saved_by jsonb NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (inspection_id, id)
);

-- What everyone may read of a report.
CREATE TABLE publication (
  id uuid PRIMARY KEY,
  inspection_id uuid NOT NULL REFERENCES inspection,
  report_id uuid NOT NULL REFERENCES report,
  number text NOT NULL,
  document jsonb NOT NULL,
  checked_by text NOT NULL,
  published_by jsonb NOT NULL,
  published_at timestamptz NOT NULL,
  superseded_by uuid REFERENCES publication,
  withdrawn_by jsonb,
  withdrawn_at timestamptz,
  withdrawal_reason text
);
CREATE INDEX publication_by_inspection ON publication (inspection_id, id);

ALTER TABLE report ALTER COLUMN document SET STATISTICS 0;
