-- Who did something to an inspection decides on nothing of it: what was done is looked up by it.
CREATE INDEX audit_event_by_inspection ON audit_event (inspection_id) WHERE inspection_id IS NOT NULL;
