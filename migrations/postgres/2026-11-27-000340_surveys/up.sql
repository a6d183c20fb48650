-- Surveys: what they ask, version by version.
CREATE TABLE survey (
  code text COLLATE "C" PRIMARY KEY NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE survey_version (
  survey_code text COLLATE "C" NOT NULL REFERENCES survey (code),
  code text COLLATE "C" NOT NULL,
  document jsonb NOT NULL,
  edit bigint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (survey_code, code)
);

-- When a version is asked, and where; with its results once it is closed.
CREATE TABLE survey_wave (
  id uuid PRIMARY KEY NOT NULL,
  survey_code text COLLATE "C" NOT NULL,
  version_code text COLLATE "C" NOT NULL,
  document jsonb NOT NULL,
  edit bigint NOT NULL,
  closed_at timestamptz,
  results jsonb,
  FOREIGN KEY (survey_code, version_code) REFERENCES survey_version (survey_code, code)
);
CREATE INDEX survey_wave_by_version ON survey_wave (survey_code, version_code);

-- A sector of a wave: how many links were made, how many answers wait to be mixed, what was counted, and how often it was mixed and then taken from the disk.
CREATE TABLE survey_sector (
  wave_id uuid NOT NULL REFERENCES survey_wave (id),
  sector_code text COLLATE "C" NOT NULL REFERENCES sector (code),
  links bigint NOT NULL,
  waiting bigint NOT NULL,
  tally jsonb NOT NULL,
  mixed bigint NOT NULL DEFAULT 0,
  cleaned bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (wave_id, sector_code)
);

-- Links that nobody used yet.
CREATE TABLE survey_link (
  secret_hash bytea PRIMARY KEY NOT NULL,
  wave_id uuid NOT NULL,
  sector_code text COLLATE "C" NOT NULL,
  FOREIGN KEY (wave_id, sector_code) REFERENCES survey_sector (wave_id, sector_code)
);
CREATE INDEX survey_link_by_sector ON survey_link (wave_id, sector_code);

-- Answers that wait to be mixed. No row of this or of what follows says when it came or from whom.
CREATE TABLE survey_waiting (
  id uuid PRIMARY KEY NOT NULL,
  wave_id uuid NOT NULL,
  sector_code text COLLATE "C" NOT NULL,
  document jsonb NOT NULL,
  FOREIGN KEY (wave_id, sector_code) REFERENCES survey_sector (wave_id, sector_code)
);
CREATE INDEX survey_waiting_by_sector ON survey_waiting (wave_id, sector_code);

-- What a respondent answered, without what it said in words.
CREATE TABLE survey_answer (
  id uuid PRIMARY KEY NOT NULL,
  wave_id uuid NOT NULL,
  sector_code text COLLATE "C" NOT NULL,
  document jsonb NOT NULL,
  FOREIGN KEY (wave_id, sector_code) REFERENCES survey_sector (wave_id, sector_code)
);
CREATE INDEX survey_answer_by_sector ON survey_answer (wave_id, sector_code);

-- What was said in words, each by itself.
CREATE TABLE survey_text (
  id uuid PRIMARY KEY NOT NULL,
  wave_id uuid NOT NULL REFERENCES survey_wave (id),
  item_code text COLLATE "C" NOT NULL,
  says text NOT NULL
);
CREATE INDEX survey_text_by_item ON survey_text (wave_id, item_code, id);
