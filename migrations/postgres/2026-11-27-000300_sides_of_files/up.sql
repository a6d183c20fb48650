-- The facility and the team of each inspection have ids of their own: none takes a place from another, or learns that it is taken.
ALTER TABLE attachment_chunk DROP CONSTRAINT attachment_chunk_content_id_fkey;
ALTER TABLE attachment DROP CONSTRAINT attachment_pkey;
ALTER TABLE attachment DROP CONSTRAINT attachment_content_id_key;
ALTER TABLE attachment ADD PRIMARY KEY (content_id);
ALTER TABLE attachment_chunk ADD FOREIGN KEY (content_id) REFERENCES attachment (content_id) ON DELETE CASCADE;
CREATE UNIQUE INDEX attachment_by_id ON attachment (id, facility_id, coalesce(inspection_id, facility_id));
