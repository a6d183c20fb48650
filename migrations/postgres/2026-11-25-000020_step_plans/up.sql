-- A facility's own stappenplan. Clients make the ids, so an id is unique within its facility.
CREATE TABLE step_plan (
  facility_id uuid NOT NULL REFERENCES facility,
  id uuid NOT NULL,
  -- Its place in lists.
  arrival uuid NOT NULL UNIQUE,
  framework_code text COLLATE "C" NOT NULL,
  unit_id uuid REFERENCES unit,
  version bigint NOT NULL,
  valid_to date,
  PRIMARY KEY (facility_id, id)
);
CREATE INDEX step_plan_in_order ON step_plan (facility_id, arrival);

-- What each version said. Rows are only ever added.
CREATE TABLE step_plan_version (
  facility_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  version bigint NOT NULL,
  document jsonb NOT NULL,
  attachment_id uuid,
  sha256 text,
  saved_by jsonb NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (facility_id, plan_id, version),
  FOREIGN KEY (facility_id, plan_id) REFERENCES step_plan (facility_id, id)
);
CREATE INDEX step_plan_version_attachment ON step_plan_version (facility_id, attachment_id) WHERE attachment_id IS NOT NULL;

-- The version whose words stand beside the questions: while it is a draft the plan that is in force, from then on the one handed in with it.
ALTER TABLE self_assessment ADD COLUMN step_plan_id uuid;
ALTER TABLE self_assessment ADD COLUMN step_plan_version bigint;
ALTER TABLE self_assessment ADD FOREIGN KEY (facility_id, step_plan_id, step_plan_version)
  REFERENCES step_plan_version (facility_id, plan_id, version);
