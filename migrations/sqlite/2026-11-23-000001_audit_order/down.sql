DROP TABLE audit_watermark;
DROP TABLE audit_seal;
DROP TABLE audit_order;
DROP TABLE audit_event;
