ALTER TABLE self_assessment DROP COLUMN step_plan_version;
ALTER TABLE self_assessment DROP COLUMN step_plan_id;
DROP TABLE step_plan_version;
DROP TABLE step_plan;
