DROP TABLE finding_attachment;
