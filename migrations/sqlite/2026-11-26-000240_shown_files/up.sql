-- Since when the facility sees what an inspection's team sent: a report that names it was delivered.
ALTER TABLE attachment ADD COLUMN shown_at TEXT;
UPDATE attachment SET shown_at = finished_at
WHERE inspection_id IN (
  SELECT id FROM inspection WHERE state IN ('reaction', 'final', 'termDraft', 'termReaction', 'followUp', 'closed'));

-- What awaits whom is found by where inspections stand.
CREATE INDEX inspection_by_state ON inspection (state, id);
