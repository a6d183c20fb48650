// A hospital without a past files its self-assessment, and one with a past its second year, by the generated client.
import { strict as assert } from "node:assert";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

type Schemas = components["schemas"];
type Draft = Schemas["SelfAssessment"];
type Kindreflex = Client<paths>;

const { KINDREFLEX, NEW_TOKEN, NEW_FACILITY, KNOWN_TOKEN, KNOWN_FACILITY, CYCLE } = process.env;
assert(KINDREFLEX && NEW_TOKEN && NEW_FACILITY && KNOWN_TOKEN && KNOWN_FACILITY && CYCLE, "run by tests/clients/run");

let calls = 0;

function client(token: string): Kindreflex {
  const made = createClient<paths>({ baseUrl: KINDREFLEX!, headers: { Authorization: `Bearer ${token}` } });
  made.use({
    onRequest() {
      calls += 1;
    },
  });
  return made;
}

/** What was answered, and its tag; a problem ends the walk. */
function got<T>(answer: { data?: T; error?: unknown; response: Response }): { value: T; tag: string } {
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return { value: answer.data, tag: answer.response.headers.get("ETag") ?? "" };
}

/** An answer on the criterion's first level, with what that level needs. */
function invented(framework: Schemas["FrameworkDocument"], code: string): Schemas["CriterionAnswerInput"] {
  const criterion = framework.themes.flatMap((theme) => theme.criteria).find((one) => one.code === code);
  const scale = framework.scales.find((one) => one.code === (criterion?.scale ?? framework.defaultScale));
  const level = scale?.levels[0];
  const kind = framework.evidenceKinds.find((one) => !one.countsFiles);
  assert(criterion && level, code);
  return {
    criterionCode: code,
    level: level.code,
    ...(level.needsNote ? { note: "Besproken op het teamoverleg (fictief)." } : {}),
    ...(criterion.evidenceRequired && !level.waivesEvidence && kind
      ? { evidence: [{ kind: kind.code, description: "Verslag (fictief)" }] }
      : {}),
  };
}

async function frameworkOf(api: Kindreflex, draft: Draft): Promise<Schemas["FrameworkDocument"]> {
  const path = { frameworkCode: draft.frameworkCode, versionCode: draft.versionCode };
  return got(await api.GET("/v1/frameworks/{frameworkCode}/versions/{versionCode}", { params: { path } })).value.document;
}

async function create(api: Kindreflex, facilityId: string) {
  return got(await api.POST("/v1/selfAssessments", { body: { facilityId, cycleId: CYCLE! } }));
}

async function submit(api: Kindreflex, id: string, tag: string): Promise<void> {
  const params = { path: { selfAssessmentId: id }, header: { "If-Match": tag } };
  const { value } = got(await api.POST("/v1/selfAssessments/{selfAssessmentId}/submissions", { params, body: {} }));
  assert.equal(value.status, "submitted");
  assert.equal(value.openCriteria.length, 0);
}

/** Answers what is open, turn by turn: what an answer brings up is answered next. */
async function answer(api: Kindreflex, framework: Schemas["FrameworkDocument"], id: string, from: string, codes: string[]) {
  let tag = from;
  let open = codes;
  while (open.length > 0) {
    const params = { path: { selfAssessmentId: id }, header: { "If-Match": tag } };
    const body = { answers: open.map((code) => invented(framework, code)) };
    const saved = got(await api.PATCH("/v1/selfAssessments/{selfAssessmentId}/answers", { params, body }));
    tag = saved.tag;
    open = saved.value.openCriteria;
  }
  return tag;
}

async function firstYear(api: Kindreflex): Promise<string> {
  const { value: draft, tag } = await create(api, NEW_FACILITY!);
  const framework = await frameworkOf(api, draft);
  const codes = draft.openCriteria.map((open) => open.criterionCode);
  const answered = await answer(api, framework, draft.id, tag, codes);
  await submit(api, draft.id, answered);
  return draft.id;
}

async function secondYear(api: Kindreflex): Promise<string> {
  const framework = await frameworkOf(api, { frameworkCode: "ggz", versionCode: "2026-1" } as Draft);
  calls = 0;
  const { value: draft, tag } = await create(api, KNOWN_FACILITY!);
  assert(draft.basedOn, "it starts from last year's");
  const codes = draft.openCriteria.map((open) => open.criterionCode);
  const answered = await answer(api, framework, draft.id, tag, codes);
  const params = { path: { selfAssessmentId: draft.id }, header: { "If-Match": answered } };
  const confirmed = got(await api.POST("/v1/selfAssessments/{selfAssessmentId}/confirmations", { params, body: {} }));
  assert.equal(confirmed.value.progress.complete, true);
  await submit(api, draft.id, confirmed.tag);
  assert.equal(calls, 4, "create, answers, confirmations, submission");
  return draft.id;
}

async function sees(api: Kindreflex, id: string): Promise<number> {
  const { response } = await api.GET("/v1/selfAssessments/{selfAssessmentId}", { params: { path: { selfAssessmentId: id } } });
  return response.status;
}

const newcomer = client(NEW_TOKEN);
const known = client(KNOWN_TOKEN);
const first = await firstYear(newcomer);
assert(calls < 10, `a first year takes under ten calls, this took ${calls}`);
console.log(`first year: ${calls} calls`);
const second = await secondYear(known);
console.log(`second year: ${calls} calls`);
assert.equal(await sees(newcomer, first), 200);
assert.equal(await sees(known, first), 404);
assert.equal(await sees(newcomer, second), 404);
console.log("TypeScript: the walk is complete");
