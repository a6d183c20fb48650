DROP TABLE judgement_adoption;
DROP TABLE finding_judgement;
ALTER TABLE finding DROP COLUMN adopted;
