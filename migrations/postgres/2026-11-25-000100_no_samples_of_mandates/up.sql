-- As for the other texts: ANALYZE would keep samples in pg_statistic, out of the reach of a redaction.
ALTER TABLE mandate ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN contact SET STATISTICS 0;
ALTER TABLE mandate ALTER COLUMN name TYPE text, ALTER COLUMN contact TYPE text;
