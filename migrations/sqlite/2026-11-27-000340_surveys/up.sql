-- Surveys: what they ask, version by version.
CREATE TABLE survey (
  code TEXT PRIMARY KEY NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE survey_version (
  survey_code TEXT NOT NULL REFERENCES survey (code),
  code TEXT NOT NULL,
  document TEXT NOT NULL,
  edit BIGINT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (survey_code, code)
) WITHOUT ROWID;

-- When a version is asked, and where; with its results once it is closed.
CREATE TABLE survey_wave (
  id BLOB PRIMARY KEY NOT NULL,
  survey_code TEXT NOT NULL,
  version_code TEXT NOT NULL,
  document TEXT NOT NULL,
  edit BIGINT NOT NULL,
  closed_at TEXT,
  results TEXT,
  FOREIGN KEY (survey_code, version_code) REFERENCES survey_version (survey_code, code)
) WITHOUT ROWID;
CREATE INDEX survey_wave_by_version ON survey_wave (survey_code, version_code);

-- A sector of a wave: how many links were made, how many answers wait to be mixed, what was counted, and how often it was mixed and then taken from the disk.
CREATE TABLE survey_sector (
  wave_id BLOB NOT NULL REFERENCES survey_wave (id),
  sector_code TEXT NOT NULL REFERENCES sector (code),
  links BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  tally TEXT NOT NULL,
  mixed BIGINT NOT NULL DEFAULT 0,
  cleaned BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (wave_id, sector_code)
) WITHOUT ROWID;

-- Links that nobody used yet.
CREATE TABLE survey_link (
  secret_hash BLOB PRIMARY KEY NOT NULL,
  wave_id BLOB NOT NULL,
  sector_code TEXT NOT NULL,
  FOREIGN KEY (wave_id, sector_code) REFERENCES survey_sector (wave_id, sector_code)
) WITHOUT ROWID;
CREATE INDEX survey_link_by_sector ON survey_link (wave_id, sector_code);

-- Answers that wait to be mixed. No row of this or of what follows says when it came or from whom.
CREATE TABLE survey_waiting (
  id BLOB PRIMARY KEY NOT NULL,
  wave_id BLOB NOT NULL,
  sector_code TEXT NOT NULL,
  document TEXT NOT NULL,
  FOREIGN KEY (wave_id, sector_code) REFERENCES survey_sector (wave_id, sector_code)
) WITHOUT ROWID;
CREATE INDEX survey_waiting_by_sector ON survey_waiting (wave_id, sector_code);

-- What a respondent answered, without what it said in words.
CREATE TABLE survey_answer (
  id BLOB PRIMARY KEY NOT NULL,
  wave_id BLOB NOT NULL,
  sector_code TEXT NOT NULL,
  document TEXT NOT NULL,
  FOREIGN KEY (wave_id, sector_code) REFERENCES survey_sector (wave_id, sector_code)
) WITHOUT ROWID;
CREATE INDEX survey_answer_by_sector ON survey_answer (wave_id, sector_code);

-- What was said in words, each by itself.
CREATE TABLE survey_text (
  id BLOB PRIMARY KEY NOT NULL,
  wave_id BLOB NOT NULL REFERENCES survey_wave (id),
  item_code TEXT NOT NULL,
  says TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX survey_text_by_item ON survey_text (wave_id, item_code, id);
