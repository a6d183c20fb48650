DROP TABLE contribution;
