-- The rows that the server stores for a batch of 50 new findings, each client in turns for its own inspections. Ids only grow, as a tablet's do.
\set batch :batch + 1
\set inspection (:client_id + :connections * :batch) % :inspections
\set first :run * 1000000000 + (:batch * 64 + :client_id) * 200
BEGIN;
INSERT INTO finding_version (inspection_id, id, finding_id, arrival, parents, hash, content, pending, late, set_apart, device_id,
 made_by, made_at, received_at)
 SELECT ('0190b000-0000-7000-8000-e' || lpad(:inspection::text, 11, '0'))::uuid, lpad((n + :first)::text, 32, '0')::uuid,
 lpad((n + :first + 50)::text, 32, '0')::uuid, lpad((n + :first + 100)::text, 32, '0')::uuid, '[]', hash, content, false, false, false,
 ('0190b000-0000-7000-8000-f' || lpad(:client_id::text, 11, '0'))::uuid, :actor::jsonb, now(), now()
 FROM unnest(:hashes::text[], :contents::jsonb[]) WITH ORDINALITY AS sent (hash, content, n);
INSERT INTO finding (inspection_id, id, arrival, round_id, facility_id, framework_code, criterion_code, judgement, conflict, heads, base,
 pending, content, updated_at, adopted)
 SELECT ('0190b000-0000-7000-8000-e' || lpad(:inspection::text, 11, '0'))::uuid, lpad((n + :first + 50)::text, 32, '0')::uuid,
 lpad((n + :first + 150)::text, 32, '0')::uuid, :round::uuid, ('0190b000-0000-7000-8000-b' || lpad(:inspection::text, 11, '0'))::uuid,
 'ggz', criterion, :judgement, false, jsonb_build_array(lpad((n + :first)::text, 32, '0')::uuid), '[]', 0, content, now(), NULL
 FROM unnest(:criteria::text[], :contents::jsonb[]) WITH ORDINALITY AS sent (criterion, content, n);
INSERT INTO sync_batch (inspection_id, id, hash, receipt, device_id, sent_by, received_at)
 VALUES (('0190b000-0000-7000-8000-e' || lpad(:inspection::text, 11, '0'))::uuid, lpad(:first::text, 32, '0')::uuid,
 (:hashes::text[])[1], :receipt::jsonb, ('0190b000-0000-7000-8000-f' || lpad(:client_id::text, 11, '0'))::uuid, :actor::jsonb, now());
INSERT INTO audit_event (id, at, action, subject_kind, subject_id, public_to_inspectors, actor, trace, payload, payload_hash, salt,
 only_own, inspection_id)
 VALUES (gen_random_uuid(), now(), 'findingsSynced', 'inspection', '0190b000-0000-7000-8000-e' || lpad(:inspection::text, 11, '0'), false,
 :actor::json, gen_random_uuid(), :payload::json, sha256(uuid_send(gen_random_uuid())), uuid_send(gen_random_uuid()), false,
 ('0190b000-0000-7000-8000-e' || lpad(:inspection::text, 11, '0'))::uuid);
COMMIT;
