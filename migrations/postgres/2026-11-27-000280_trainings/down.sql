DROP TABLE training_sector_reach;
DROP TABLE training_reach;
DROP TABLE attendance_participant;
DROP TABLE attendance;
DROP TABLE training_session;
DROP TABLE training;
DROP TABLE training_kind;
