DROP TABLE event_key;
ALTER TABLE audit_event DROP COLUMN client_id;
