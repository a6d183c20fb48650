-- A rollout plan of a sector: its items, and everything that was ever said of them.
CREATE TABLE rollout_item (
  sector_code TEXT NOT NULL REFERENCES sector (code),
  id BLOB NOT NULL,
  arrival BLOB NOT NULL,
  kind TEXT NOT NULL,
  -- The number of its last statement.
  last BIGINT NOT NULL,
  PRIMARY KEY (sector_code, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX rollout_item_by_arrival ON rollout_item (arrival);

CREATE TABLE rollout_statement (
  sector_code TEXT NOT NULL,
  item_id BLOB NOT NULL,
  number BIGINT NOT NULL,
  -- From which day on it was known: that on which it was entered, or reported.
  known_on DATE NOT NULL,
  document TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  PRIMARY KEY (sector_code, item_id, number),
  FOREIGN KEY (sector_code, item_id) REFERENCES rollout_item (sector_code, id)
) WITHOUT ROWID;
