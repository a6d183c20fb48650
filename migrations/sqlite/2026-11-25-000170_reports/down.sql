DROP TABLE publication;
DROP TABLE improvement_point;
DROP TABLE reaction;
DROP TABLE delivery;
DROP TABLE report_number;
DROP TABLE report;
