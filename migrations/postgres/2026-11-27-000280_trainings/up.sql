-- Kinds of trainings, trainings, and their sessions.
CREATE TABLE training_kind (
  code text COLLATE "C" PRIMARY KEY NOT NULL,
  document jsonb NOT NULL,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE training (
  id uuid PRIMARY KEY NOT NULL,
  kind_code text COLLATE "C" NOT NULL REFERENCES training_kind (code),
  document jsonb NOT NULL,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE training_session (
  training_id uuid NOT NULL REFERENCES training (id),
  id uuid NOT NULL,
  begins date NOT NULL,
  document jsonb NOT NULL,
  edit bigint NOT NULL,
  PRIMARY KEY (training_id, id)
);

-- How many of a facility took part in a session.
CREATE TABLE attendance (
  training_id uuid NOT NULL,
  session_id uuid NOT NULL,
  facility_id uuid NOT NULL REFERENCES facility (id),
  participants integer NOT NULL,
  others integer NOT NULL,
  recorded_by jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  edit bigint NOT NULL,
  PRIMARY KEY (training_id, session_id, facility_id),
  FOREIGN KEY (training_id, session_id) REFERENCES training_session (training_id, id)
);

-- Those for whom the facility gave a key: a keyed hash of it, and the name of the secret that made the hash.
CREATE TABLE attendance_participant (
  facility_id uuid NOT NULL,
  hash text COLLATE "C" NOT NULL,
  training_id uuid NOT NULL,
  session_id uuid NOT NULL,
  secret text COLLATE "C" NOT NULL,
  -- The year in which the session began.
  year integer NOT NULL,
  PRIMARY KEY (facility_id, hash, training_id, session_id),
  FOREIGN KEY (training_id, session_id, facility_id) REFERENCES attendance (training_id, session_id, facility_id)
);
CREATE INDEX attendance_participant_by_session ON attendance_participant (training_id, session_id, facility_id);

-- What is kept of a facility, so that nobody has to count it: per year, and in year 0 of all years.
CREATE TABLE training_reach (
  facility_id uuid NOT NULL REFERENCES facility (id),
  year integer NOT NULL,
  sessions integer NOT NULL,
  staff integer NOT NULL,
  others integer NOT NULL,
  PRIMARY KEY (facility_id, year)
);

-- The same of a sector: its facilities of which somebody took part, and what is kept of them.
CREATE TABLE training_sector_reach (
  sector_code text COLLATE "C" NOT NULL REFERENCES sector (code),
  year integer NOT NULL,
  facilities integer NOT NULL,
  staff integer NOT NULL,
  others integer NOT NULL,
  PRIMARY KEY (sector_code, year)
);
