-- Events that show to those whose they are, and to nobody else: about self-assessments for own improvement.
ALTER TABLE audit_event ADD COLUMN only_own boolean NOT NULL DEFAULT false;
