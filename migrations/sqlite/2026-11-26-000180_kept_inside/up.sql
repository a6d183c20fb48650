-- Whether an answer was given to who inspects: a facility's redaction may not tell that it is there. Of what was kept before nobody knows.
ALTER TABLE idempotency ADD COLUMN inside BOOLEAN NOT NULL DEFAULT TRUE;
