DROP TABLE mandate_facility;
DROP TABLE mandate;
