DROP INDEX improvement_point_by_id;
DROP INDEX inspection_by_followed;
DROP TABLE improvement_verification;
DROP TABLE improvement_answer_attachment;
DROP TABLE improvement_answer;
DROP TABLE followed_point;
DROP TABLE term_reaction;
