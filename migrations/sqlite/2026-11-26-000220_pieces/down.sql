DROP TABLE attachment_part;
DROP TABLE attachment_upload;
ALTER TABLE attachment DROP COLUMN inspection_id;
