-- What the server sends to store 30 answers, each client for its own self-assessment.
\set org :client_id % 8
\set check 97 - (9980000 + :org) % 97
BEGIN;
SELECT "identifier"."owner_id", "identifier"."owner_kind", "identifier"."kind" FROM "identifier"
 WHERE ((("identifier"."value" = lpad((9980000 + :org)::text, 8, '0') || lpad(:check::text, 2, '0'))
 AND ("identifier"."valid_from" <= CURRENT_DATE)) AND (("identifier"."valid_to" IS NULL) OR ("identifier"."valid_to" > CURRENT_DATE)));
SELECT "self_assessment"."id", "self_assessment"."cycle_id", "self_assessment"."facility_id", "self_assessment"."unit_id",
 "self_assessment"."facility_type", "self_assessment"."framework_code", "self_assessment"."version_code", "self_assessment"."purpose",
 "self_assessment"."state", "self_assessment"."revision", "self_assessment"."submitted_revision", "self_assessment"."superseded_by", "self_assessment"."submitted_version_code",
 "self_assessment"."withdrawn", "self_assessment"."based_on",
 "self_assessment"."reopening", "self_assessment"."edit", "self_assessment"."created_at",
 "self_assessment"."updated_at", "self_assessment"."submitted_at", "self_assessment"."step_plan_id",
 "self_assessment"."step_plan_version", "facility"."organisation_id"
 FROM ("self_assessment" INNER JOIN "facility" ON ("self_assessment"."facility_id" = "facility"."id"))
 WHERE (("facility"."organisation_id" = ('0190b000-0000-7000-8000-a' || lpad(:org::text, 11, '0'))::uuid)
 AND ("self_assessment"."id" = ('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid)) LIMIT 1 \gset head_
UPDATE "self_assessment" SET "edit" = :head_edit + 1, "updated_at" = now()
 WHERE ((("self_assessment"."id" = ('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid) AND ("self_assessment"."state" = 'draft'))
 AND ("self_assessment"."edit" = :head_edit));
INSERT INTO answer (self_assessment_id, criterion_code, level, note, evidence, origin, answered_by, answered_at, confirmed_by, confirmed_at, exceptions)
 SELECT * FROM unnest(array_fill(('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid, ARRAY[30]), :criteria::text[], :levels::text[], :notes::text[],
 array_fill('[]'::jsonb, ARRAY[30]), array_fill('answered'::text, ARRAY[30]), array_fill(:actor::jsonb, ARRAY[30]),
 array_fill(now(), ARRAY[30]), array_fill(NULL::jsonb, ARRAY[30]), array_fill(NULL::timestamptz, ARRAY[30]),
 array_fill('[]'::jsonb, ARRAY[30]))
 ON CONFLICT (self_assessment_id, criterion_code) DO UPDATE SET level = excluded.level, note = excluded.note,
 evidence = excluded.evidence, origin = excluded.origin, answered_by = excluded.answered_by, answered_at = excluded.answered_at,
 confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at, exceptions = excluded.exceptions;
INSERT INTO "audit_event" ("id", "at", "action", "subject_kind", "subject_id", "organisation_id", "facility_id", "public_to_inspectors",
 "actor", "trace", "payload", "salt")
 VALUES (gen_random_uuid(), now(), 'answersSaved', 'selfAssessment', ('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid::text,
 :head_organisation_id::uuid, :head_facility_id::uuid, false, :actor::jsonb, gen_random_uuid(), :payload::jsonb,
 uuid_send(gen_random_uuid()));
SELECT "answer"."criterion_code", "answer"."level", "answer"."origin", evidence <> '[]', "answer"."exceptions" FROM "answer"
 WHERE ("answer"."self_assessment_id" = ('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid);
COMMIT;
