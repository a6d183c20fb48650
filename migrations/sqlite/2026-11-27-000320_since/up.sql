-- Since when a point stands where it does: other changes leave that alone.
ALTER TABLE followed_point ADD COLUMN state_since TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000000Z';
UPDATE followed_point SET state_since = updated_at;

-- A version that was set apart binds no file.
DELETE FROM finding_attachment
WHERE EXISTS (
  SELECT 1 FROM finding_version v
  WHERE v.inspection_id = finding_attachment.inspection_id AND v.id = finding_attachment.version_id AND v.set_apart)
  AND NOT EXISTS (
    SELECT 1 FROM finding_version v
    WHERE v.inspection_id = finding_attachment.inspection_id AND v.id = finding_attachment.version_id AND NOT v.set_apart);
