DROP INDEX inspection_by_state;
ALTER TABLE attachment DROP COLUMN shown_at;
