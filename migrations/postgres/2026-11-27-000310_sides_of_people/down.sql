DROP TABLE inspection_side;
CREATE INDEX audit_event_by_inspection ON audit_event (inspection_id) WHERE inspection_id IS NOT NULL;
