-- The version of the framework that the questions were asked in; once they are answered, that they were answered in.
ALTER TABLE contribution ADD COLUMN version_code TEXT NOT NULL DEFAULT '';
UPDATE contribution SET version_code =
  (SELECT version_code FROM self_assessment WHERE self_assessment.id = contribution.self_assessment_id);
