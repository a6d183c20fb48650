DROP TABLE inspection_sample;
