ALTER TABLE idempotency DROP COLUMN inside;
