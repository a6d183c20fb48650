DROP INDEX attachment_by_id;
ALTER TABLE attachment_chunk DROP CONSTRAINT attachment_chunk_content_id_fkey;
ALTER TABLE attachment DROP CONSTRAINT attachment_pkey;
ALTER TABLE attachment ADD CONSTRAINT attachment_content_id_key UNIQUE (content_id);
ALTER TABLE attachment ADD PRIMARY KEY (id, facility_id);
ALTER TABLE attachment_chunk ADD FOREIGN KEY (content_id) REFERENCES attachment (content_id) ON DELETE CASCADE;
