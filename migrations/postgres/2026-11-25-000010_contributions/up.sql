-- What a coordinator asks others by a link. Of the link's secret there is a hash alone.
CREATE TABLE contribution (
  id uuid PRIMARY KEY,
  self_assessment_id uuid NOT NULL REFERENCES self_assessment,
  unit_id uuid REFERENCES unit,
  criteria jsonb NOT NULL,
  recipient text,
  message text,
  state text COLLATE "C" NOT NULL,
  secret_hash bytea NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  asked_by jsonb NOT NULL,
  answers jsonb NOT NULL,
  given_by text,
  answered_at timestamptz,
  return_reason text,
  accepted jsonb NOT NULL,
  accepted_by jsonb,
  accepted_at timestamptz,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX contribution_by_self_assessment ON contribution (self_assessment_id, id);
