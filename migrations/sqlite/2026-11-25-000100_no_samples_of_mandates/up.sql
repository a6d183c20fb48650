-- SQLite keeps no samples: nothing here runs ANALYZE.
SELECT 1;
