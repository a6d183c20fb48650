-- As for the other texts: ANALYZE would keep samples in pg_statistic, out of the reach of a redaction. Giving a column the type that it has
-- takes the samples away that are there.
ALTER TABLE contribution ALTER COLUMN recipient SET STATISTICS 0, ALTER COLUMN message SET STATISTICS 0,
  ALTER COLUMN answers SET STATISTICS 0, ALTER COLUMN given_by SET STATISTICS 0, ALTER COLUMN return_reason SET STATISTICS 0;
ALTER TABLE contribution ALTER COLUMN recipient TYPE text, ALTER COLUMN message TYPE text, ALTER COLUMN answers TYPE jsonb,
  ALTER COLUMN given_by TYPE text, ALTER COLUMN return_reason TYPE text;
