-- A rollout plan of a sector: its items, and everything that was ever said of them.
CREATE TABLE rollout_item (
  sector_code text COLLATE "C" NOT NULL REFERENCES sector (code),
  id uuid NOT NULL,
  arrival uuid NOT NULL,
  kind text NOT NULL,
  -- The number of its last statement.
  last bigint NOT NULL,
  PRIMARY KEY (sector_code, id)
);
CREATE UNIQUE INDEX rollout_item_by_arrival ON rollout_item (arrival);

CREATE TABLE rollout_statement (
  sector_code text COLLATE "C" NOT NULL,
  item_id uuid NOT NULL,
  number bigint NOT NULL,
  -- From which day on it was known: that on which it was entered, or reported.
  known_on date NOT NULL,
  document jsonb NOT NULL,
  recorded_by jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (sector_code, item_id, number),
  FOREIGN KEY (sector_code, item_id) REFERENCES rollout_item (sector_code, id)
);
