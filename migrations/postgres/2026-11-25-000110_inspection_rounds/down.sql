DROP TABLE checklist_revision;
DROP TABLE inspection_round;
