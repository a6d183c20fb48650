-- Since when somebody stands on a side is in the audit trail; nothing reads it here.
ALTER TABLE inspection_side DROP COLUMN since;
