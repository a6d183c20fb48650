-- Kinds of trainings, trainings, and their sessions.
CREATE TABLE training_kind (
  code TEXT PRIMARY KEY NOT NULL,
  document TEXT NOT NULL,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE training (
  id BLOB PRIMARY KEY NOT NULL,
  kind_code TEXT NOT NULL REFERENCES training_kind (code),
  document TEXT NOT NULL,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE training_session (
  training_id BLOB NOT NULL REFERENCES training (id),
  id BLOB NOT NULL,
  begins DATE NOT NULL,
  document TEXT NOT NULL,
  edit BIGINT NOT NULL,
  PRIMARY KEY (training_id, id)
) WITHOUT ROWID;

-- How many of a facility took part in a session.
CREATE TABLE attendance (
  training_id BLOB NOT NULL,
  session_id BLOB NOT NULL,
  facility_id BLOB NOT NULL REFERENCES facility (id),
  participants INTEGER NOT NULL,
  others INTEGER NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  edit BIGINT NOT NULL,
  PRIMARY KEY (training_id, session_id, facility_id),
  FOREIGN KEY (training_id, session_id) REFERENCES training_session (training_id, id)
) WITHOUT ROWID;

-- Those for whom the facility gave a key: a keyed hash of it, and the name of the secret that made the hash.
CREATE TABLE attendance_participant (
  facility_id BLOB NOT NULL,
  hash TEXT NOT NULL,
  training_id BLOB NOT NULL,
  session_id BLOB NOT NULL,
  secret TEXT NOT NULL,
  -- The year in which the session began.
  year INTEGER NOT NULL,
  PRIMARY KEY (facility_id, hash, training_id, session_id),
  FOREIGN KEY (training_id, session_id, facility_id) REFERENCES attendance (training_id, session_id, facility_id)
) WITHOUT ROWID;
CREATE INDEX attendance_participant_by_session ON attendance_participant (training_id, session_id, facility_id);

-- What is kept of a facility, so that nobody has to count it: per year, and in year 0 of all years.
CREATE TABLE training_reach (
  facility_id BLOB NOT NULL REFERENCES facility (id),
  year INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  staff INTEGER NOT NULL,
  others INTEGER NOT NULL,
  PRIMARY KEY (facility_id, year)
) WITHOUT ROWID;

-- The same of a sector: its facilities of which somebody took part, and what is kept of them.
CREATE TABLE training_sector_reach (
  sector_code TEXT NOT NULL REFERENCES sector (code),
  year INTEGER NOT NULL,
  facilities INTEGER NOT NULL,
  staff INTEGER NOT NULL,
  others INTEGER NOT NULL,
  PRIMARY KEY (sector_code, year)
) WITHOUT ROWID;
