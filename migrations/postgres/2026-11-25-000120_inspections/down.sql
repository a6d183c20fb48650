ALTER TABLE audit_event DROP COLUMN inspection_id;
DROP TABLE document_answer_attachment;
DROP TABLE document_answer;
DROP TABLE document_request;
DROP TABLE inspection_visit;
DROP TABLE inspection_assignment;
DROP TABLE inspection;
