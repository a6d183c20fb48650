ALTER TABLE site DROP COLUMN postal_code;
