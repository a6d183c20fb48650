ALTER TABLE followed_point DROP COLUMN state_since;
