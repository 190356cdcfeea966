/** Every route answers what the OpenAPI document says it answers, for every documented status; the committed document is current. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { after, before, describe, it } from "mocha";
import { Registry } from "prom-client";
import { z } from "zod";
import { openApiDocument } from "../../../oracle/api/openapi.ts";
import { createApiServer } from "../../../oracle/api/server.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { SystemView } from "../../../oracle/domain/view.ts";
import { createHedger, type Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { adviseHedge } from "../../../oracle/pipeline/hedging/advise-hedge.ts";
import { BROKEN, BROKEN_TRAIL, WORKING, WORKING_TRAIL } from "../../helpers/api-views.ts";
import { createChangingView, positionRow, VIEW_SOURCE } from "../../helpers/changing-view.ts";
import { historyView } from "../../helpers/history-view.ts";
import { withoutFirstField } from "../../helpers/without-first-field.ts";

const COMMITTED = join(import.meta.dirname, "../../../docs/openapi.json");
const Media = z.object({ schema: z.record(z.string(), z.unknown()) });
const Response = z.object({ description: z.string(), content: z.record(z.string(), Media).optional() });
const Operation = z.object({ operationId: z.string(), responses: z.record(z.string(), Response) });
const Document = z.object({ paths: z.record(z.string(), z.object({ get: Operation }).strict()) });
const Refusal = z.strictObject({ code: z.string(), problem: z.string(), remedy: z.string() });

const CARD = "/v1/models/quantile-net/card";
const TRAIL = `/v1/trails/${VIEW_SOURCE}/7`;

/** Under this view four questions for a hedge are open when the next one comes. */
const CROWDED = createChangingView({});
const OPEN_QUESTIONS = 4;
/** Under this view one request a minute is allowed, and has been made. */
const EAGER = createChangingView({});
/** Under this view no stream may be opened. */
const FULL = createChangingView({});
/** A node that is starting. */
const STARTING = createChangingView({ positions: [positionRow()] });
const PROOF = "/v1/positions/{id}/proof";
const REPLAY = "/v1/history/replay";
const NEEDED = "/v1/requirements/{asset}";
const VALUES = Array.from({ length: 10 }, (_, index) => index + 1);
const MANY = `/v1/requirements/BTC?tenorDays=${VALUES.join(",")}&moneyness=${VALUES.map((value) => 0.5 + value / 10).join(",")}`;
/** A node that works out too many grids. */
const ASKED_MUCH = createChangingView({
  requirements: {
    find: async () => {
      throw new PlimsollError({ code: "REQUIREMENTS_BUSY", problem: "16 grids wait.", remedy: "Ask again." });
    },
  },
});
/** A node whose replays wait, and whose vault has another market. */
const REPLAYING = createChangingView({
  requirements: {
    find: async () => {
      throw new PlimsollError({ code: "REQUIREMENTS_ASSET_UNKNOWN", problem: "No market.", remedy: "Choose another." });
    },
  },
  history: historyView({}, async () => {
    throw new PlimsollError({ code: "REPLAY_BUSY", problem: "4 replays wait.", remedy: "Ask again." });
  }),
});

const EXPLANATION = "/v1/positions/{id}/explanation";
const LONG = `/v1/surface/${"B".repeat(33)}`;
const HEDGE = "/v1/hedge?kind=put&spot=60000&strike=58000&days=3&impliedVol=0.6";

/** What a test asks, and what must come back: a status, and the code where it is a refusal. */
interface LiveCase {
  readonly route: string;
  readonly status: number;
  readonly url: string;
  readonly view: SystemView;
  readonly code?: string;
}

/** An answer, a failure of the node's own, and a refusal of an unknown parameter, which every route has. */
function usual(route: string, url = route): readonly LiveCase[] {
  const joined = url.includes("?") ? "&" : "?";
  return [
    { route, status: 200, url, view: WORKING },
    { route, status: 400, url: `${url}${joined}colour=red`, view: WORKING, code: "API_QUERY_UNKNOWN" },
    { route, status: 429, url, view: EAGER, code: "API_RATE_LIMITED" },
    { route, status: 500, url, view: BROKEN, code: "API_INTERNAL" },
  ];
}

const CASES: readonly LiveCase[] = [
  { route: "/healthz", status: 200, url: "/healthz", view: BROKEN },
  { route: "/readyz", status: 200, url: "/readyz", view: WORKING },
  { route: "/readyz", status: 503, url: "/readyz", view: BROKEN },
  ...usual("/v1/caution"),
  ...usual("/v1/classes"),
  ...usual("/v1/contagion"),
  ...usual("/v1/delivery"),
  ...usual("/v1/feeds"),
  { route: "/v1/events", status: 400, url: "/v1/events?colour=red", view: WORKING, code: "API_QUERY_UNKNOWN" },
  { route: "/v1/events", status: 400, url: "/v1/events?after=now", view: WORKING, code: "API_BAD_REQUEST" },
  { route: "/v1/events", status: 429, url: "/v1/events", view: EAGER, code: "API_RATE_LIMITED" },
  { route: "/v1/events", status: 503, url: "/v1/events", view: FULL, code: "EVENTS_FULL" },
  ...usual(PROOF, "/v1/positions/7/proof"),
  { route: PROOF, status: 400, url: "/v1/positions/7/proof?asOf=then", view: WORKING, code: "API_BAD_REQUEST" },
  { route: PROOF, status: 404, url: "/v1/positions/9/proof", view: WORKING, code: "POSITION_UNKNOWN" },
  { route: PROOF, status: 404, url: "/v1/positions/7/proof?asOf=block:1", view: WORKING, code: "PROOF_UNKNOWN" },
  { route: PROOF, status: 503, url: "/v1/positions/7/proof", view: STARTING, code: "ARCHIVE_CLOSED" },
  { route: "/v1/reports", status: 503, url: "/v1/reports?asOf=1", view: STARTING, code: "ARCHIVE_CLOSED" },
  ...usual("/v1/governance"),
  ...usual("/v1/greeks"),
  ...usual("/v1/hedge", HEDGE),
  { route: "/v1/hedge", status: 503, url: HEDGE, view: CROWDED, code: "HEDGE_BUSY" },
  { route: "/v1/hedge", status: 400, url: "/v1/hedge?kind=put", view: WORKING, code: "API_BAD_REQUEST" },
  { route: "/v1/hedge", status: 400, url: HEDGE.replace("0.6", "60"), view: WORKING, code: "HEDGE_QUESTION_INVALID" },
  ...usual("/v1/hedge/fund"),
  ...usual("/v1/history"),
  ...usual(REPLAY, `${REPLAY}?classId=141`),
  { route: REPLAY, status: 200, url: `${REPLAY}?classId=141&rhoFloorBps=400&tighten.stepBps=300`, view: WORKING },
  { route: REPLAY, status: 400, url: `${REPLAY}?classId=141&rhoFloorBps=-1`, view: WORKING, code: "API_BAD_REQUEST" },
  {
    route: REPLAY,
    status: 400,
    url: `${REPLAY}?classId=141&rhoFloorBps=3000`,
    view: WORKING,
    code: "REPLAY_BOUNDS_INVALID",
  },
  { route: REPLAY, status: 404, url: `${REPLAY}?classId=9`, view: WORKING, code: "REPLAY_CLASS_UNKNOWN" },
  { route: REPLAY, status: 503, url: `${REPLAY}?classId=141`, view: STARTING, code: "HISTORY_EMPTY" },
  { route: REPLAY, status: 503, url: `${REPLAY}?classId=141`, view: REPLAYING, code: "REPLAY_BUSY" },
  ...usual("/v1/incidents"),
  { route: "/v1/incidents", status: 400, url: "/v1/incidents?limit=0", view: WORKING, code: "API_BAD_REQUEST" },
  ...usual("/v1/models"),
  ...usual("/v1/models/{id}/card", CARD),
  { route: "/v1/models/{id}/card", status: 400, url: "/v1/models/A/card", view: WORKING, code: "API_BAD_REQUEST" },
  {
    route: "/v1/models/{id}/card",
    status: 404,
    url: "/v1/models/garch/card",
    view: WORKING,
    code: "MODEL_CARD_UNKNOWN",
  },
  ...usual("/v1/network"),
  ...usual("/v1/positions"),
  ...usual("/v1/positions/{id}", "/v1/positions/7"),
  { route: "/v1/positions/{id}", status: 400, url: "/v1/positions/0x7", view: WORKING, code: "API_BAD_REQUEST" },
  { route: "/v1/positions/{id}", status: 404, url: "/v1/positions/9", view: WORKING, code: "POSITION_UNKNOWN" },
  ...usual(EXPLANATION, "/v1/positions/7/explanation"),
  {
    route: EXPLANATION,
    status: 400,
    url: "/v1/positions/7/explanation?report=-1",
    view: WORKING,
    code: "API_BAD_REQUEST",
  },
  { route: EXPLANATION, status: 404, url: "/v1/positions/9/explanation", view: WORKING, code: "POSITION_UNKNOWN" },
  {
    route: EXPLANATION,
    status: 404,
    url: "/v1/positions/7/explanation?report=1",
    view: WORKING,
    code: "EXPLANATION_UNKNOWN",
  },
  ...usual("/v1/reports"),
  { route: "/v1/reports", status: 400, url: "/v1/reports?limit=501", view: WORKING, code: "API_BAD_REQUEST" },
  ...usual("/v1/reports/{digest}", "/v1/reports/0xab"),
  { route: "/v1/reports/{digest}", status: 400, url: "/v1/reports/12", view: WORKING, code: "API_BAD_REQUEST" },
  { route: "/v1/reports/{digest}", status: 404, url: "/v1/reports/0xac", view: WORKING, code: "REPORT_UNKNOWN" },
  ...usual(NEEDED, "/v1/requirements/BTC"),
  { route: NEEDED, status: 400, url: "/v1/requirements/BTC?moneyness=0", view: WORKING, code: "API_BAD_REQUEST" },
  { route: NEEDED, status: 400, url: MANY, view: WORKING, code: "REQUIREMENTS_GRID_LARGE" },
  { route: NEEDED, status: 404, url: "/v1/requirements/BTC", view: REPLAYING, code: "REQUIREMENTS_ASSET_UNKNOWN" },
  { route: NEEDED, status: 503, url: "/v1/requirements/BTC", view: STARTING, code: "REQUIREMENTS_NONE" },
  { route: NEEDED, status: 503, url: "/v1/requirements/BTC", view: ASKED_MUCH, code: "REQUIREMENTS_BUSY" },
  ...usual("/v1/risk"),
  ...usual("/v1/rounds"),
  { route: "/v1/rounds", status: 400, url: "/v1/rounds?limit=501", view: WORKING, code: "API_BAD_REQUEST" },
  ...usual("/v1/status"),
  ...usual("/v1/surface/{asset}", "/v1/surface/btc"),
  { route: "/v1/surface/{asset}", status: 400, url: LONG, view: WORKING, code: "API_BAD_REQUEST" },
  { route: "/v1/surface/{asset}", status: 404, url: "/v1/surface/DOGE", view: WORKING, code: "SURFACE_UNKNOWN" },
  ...usual("/v1/trails", "/v1/trails?classId=141"),
  { route: "/v1/trails", status: 400, url: "/v1/trails", view: WORKING, code: "API_BAD_REQUEST" },
  ...usual("/v1/trails/{source}/{id}", TRAIL),
  { route: "/v1/trails/{source}/{id}", status: 400, url: "/v1/trails/0x7/7", view: WORKING, code: "API_BAD_REQUEST" },
  {
    route: "/v1/trails/{source}/{id}",
    status: 404,
    url: TRAIL.replace(/7$/, "9"),
    view: WORKING,
    code: "TRAIL_UNKNOWN",
  },
];

/** A card that cannot be read is the node's own failure. */
async function readCard(id: string, view: SystemView): Promise<string | null> {
  if (view === BROKEN) throw new Error("the disk is gone");
  return id === "quantile-net" ? "# A card" : null;
}

type Advise = Parameters<typeof adviseHedge>[0];

describe("the OpenAPI document", () => {
  let hedger: Hedger;
  let documented: z.infer<typeof Document>;
  const ajv = new Ajv2020({ strict: false, allErrors: true });

  before(async () => {
    hedger = await createHedger(import.meta.dirname);
    const { body } = await ask({ url: "/v1/openapi.json", view: WORKING });
    documented = Document.parse(body);
    ajv.addSchema(z.record(z.string(), z.unknown()).parse(body), "document");
  });
  after(async () => await hedger.close());

  async function advise(question: Advise, view: SystemView, released: Promise<void>) {
    if (view === CROWDED) await released;
    const advice = await adviseHedge(question, hedger);
    return view === BROKEN ? { ...advice, valueUsd: Number.NaN } : advice;
  }

  async function ask({ url, view }: Pick<LiveCase, "url" | "view">) {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const app = await createApiServer({
      ...{ view, metrics: new Registry(), pageDir: null },
      advise: (question) => advise(question, view, released),
      requestsPerMinute: view === EAGER ? 1 : 100,
      trail: view === BROKEN ? BROKEN_TRAIL : WORKING_TRAIL,
      readCard: (id) => readCard(id, view),
      eventLimits: view === FULL ? { connections: 0 } : {},
    });
    if (view === EAGER) await app.inject(url === "/v1/events" ? "/v1/risk" : url);
    const waiting = Array.from({ length: view === CROWDED ? OPEN_QUESTIONS : 0 }, async () => await app.inject(HEDGE));
    const response = await app.inject(url);
    release();
    await Promise.all(waiting);
    await app.close();
    const body: unknown = response.json();
    return { status: response.statusCode, body };
  }

  /** What the document's schema of an answer says of a body; empty when it is as documented. */
  function faults(route: string, status: number, body: unknown): readonly string[] {
    const place = ["paths", route, "get", "responses", `${status}`, "content", "application/json", "schema"];
    const pointer = place.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
    const validate = ajv.getSchema(`document#/${encodeURI(pointer)}`);
    assert.ok(validate !== undefined, `${route} ${status} is not documented`);
    validate(body);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  it("error: the committed document is the one that the routes make now", () => {
    const committed: unknown = JSON.parse(readFileSync(COMMITTED, "utf8"));
    assert.deepEqual(committed, JSON.parse(JSON.stringify(openApiDocument())), "run npm run generate:openapi");
  });

  it("behavior: it is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(openApiDocument())));
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(validator.version, "3.1");
  });

  it("behavior: documents exactly the answers and the refusals that are checked here", () => {
    const promised = Object.entries(documented.paths).flatMap(([route, { get }]) =>
      Object.entries(get.responses).flatMap(([status, { description, content }]) => {
        if (content === undefined) return [];
        const isRefusal = /^[A-Z_]+(, [A-Z_]+)*$/.test(description);
        return isRefusal ? description.split(", ").map((code) => `${route} ${status} ${code}`) : [`${route} ${status}`];
      }),
    );
    // Streams end only with their reader: what they send is checked in events.test.ts.
    const streamed = ["/v1/events 200", "/v1/events 500 API_INTERNAL"];
    const checked = CASES.map(({ route, status, code = "" }) => `${route} ${status} ${code}`.trim());
    assert.deepEqual([...new Set(promised)].toSorted(), [...new Set([...checked, ...streamed])].toSorted());
  });

  for (const { route, status, url, view, code } of CASES) {
    it(`${code === undefined ? "default" : `error: ${code}`}: ${route} answers ${status} in the documented form`, async () => {
      const live = await ask({ url, view });
      assert.equal(live.status, status, JSON.stringify(live.body));
      assert.deepEqual(faults(route, status, live.body), []);
      if (code !== undefined) assert.equal(Refusal.parse(live.body).code, code);
      assert.notDeepEqual(faults(route, status, withoutFirstField(live.body)), [], "a missing field is noticed");
    });
  }
});
