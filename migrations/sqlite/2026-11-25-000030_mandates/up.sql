-- What an organisation lets a machine do for it. A row stays when it is revoked.
CREATE TABLE mandate (
  id BLOB PRIMARY KEY NOT NULL,
  organisation_id BLOB NOT NULL REFERENCES organisation,
  client_id TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  -- For all its facilities; otherwise for those in mandate_facility.
  whole BOOLEAN NOT NULL,
  valid_until TEXT NOT NULL,
  contact TEXT,
  given_by TEXT NOT NULL,
  revoked_by TEXT,
  revoked_at TEXT,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX mandate_by_organisation ON mandate (organisation_id, id);
-- A machine's every request looks here.
CREATE INDEX mandate_by_client ON mandate (client_id) WHERE revoked_at IS NULL;

CREATE TABLE mandate_facility (
  mandate_id BLOB NOT NULL REFERENCES mandate,
  facility_id BLOB NOT NULL REFERENCES facility,
  PRIMARY KEY (mandate_id, facility_id)
) WITHOUT ROWID;
