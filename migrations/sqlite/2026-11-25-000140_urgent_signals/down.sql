DROP TABLE urgent_measure;
DROP TABLE urgent_signal;
