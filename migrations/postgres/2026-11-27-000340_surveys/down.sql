DROP TABLE survey_text;
DROP TABLE survey_answer;
DROP TABLE survey_waiting;
DROP TABLE survey_link;
DROP TABLE survey_sector;
DROP TABLE survey_wave;
DROP TABLE survey_version;
DROP TABLE survey;
