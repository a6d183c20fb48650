ALTER TABLE inspection_side ADD COLUMN since timestamptz NOT NULL DEFAULT 'epoch';
