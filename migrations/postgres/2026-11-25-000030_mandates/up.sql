-- What an organisation lets a machine do for it. A row stays when it is revoked.
CREATE TABLE mandate (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  client_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  scopes jsonb NOT NULL,
  -- For all its facilities; otherwise for those in mandate_facility.
  whole boolean NOT NULL,
  valid_until timestamptz NOT NULL,
  contact text,
  given_by jsonb NOT NULL,
  revoked_by jsonb,
  revoked_at timestamptz,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX mandate_by_organisation ON mandate (organisation_id, id);
-- A machine's every request looks here.
CREATE INDEX mandate_by_client ON mandate (client_id) WHERE revoked_at IS NULL;

CREATE TABLE mandate_facility (
  mandate_id uuid NOT NULL REFERENCES mandate,
  facility_id uuid NOT NULL REFERENCES facility,
  PRIMARY KEY (mandate_id, facility_id)
);
