-- What the server sends to read a self-assessment, each client for its own self-assessment.
\set org :client_id % 8
\set check 97 - (9980000 + :org) % 97
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
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
 AND ("self_assessment"."id" = ('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid)) LIMIT 1;
SELECT "answer"."self_assessment_id", "answer"."criterion_code", "answer"."level", "answer"."note", "answer"."evidence",
 "answer"."origin", "answer"."answered_by", "answer"."answered_at", "answer"."confirmed_by", "answer"."confirmed_at", "answer"."exceptions"
 FROM "answer" WHERE ("answer"."self_assessment_id" = ('0190b000-0000-7000-8000-d' || lpad(:client_id::text, 11, '0'))::uuid);
COMMIT;
