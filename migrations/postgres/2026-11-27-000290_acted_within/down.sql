DROP INDEX audit_event_by_inspection;
