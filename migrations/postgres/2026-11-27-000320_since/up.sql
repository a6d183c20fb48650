-- Since when a point stands where it does: other changes leave that alone.
ALTER TABLE followed_point ADD COLUMN state_since timestamptz NOT NULL DEFAULT 'epoch';
UPDATE followed_point SET state_since = updated_at;

-- A version that was set apart binds no file.
DELETE FROM finding_attachment f USING finding_version v
WHERE v.inspection_id = f.inspection_id AND v.id = f.version_id AND v.set_apart
  AND NOT EXISTS (
    SELECT 1 FROM finding_version o WHERE o.inspection_id = f.inspection_id AND o.id = f.version_id AND NOT o.set_apart);
