/** Every route answers what the generated OpenAPI document says it answers, for every documented status. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { Registry } from "prom-client";
import { z } from "zod";
import { createApiServer } from "../../../oracle/api/server.ts";
import type { SystemView } from "../../../oracle/domain/view.ts";
import {
  contagionReport,
  createChangingView,
  driftState,
  fundHedgeRow,
  greeksReport,
  heldReportRow,
  jointRiskReport,
  positionRow,
  reportRow,
  surfaceState,
} from "../../helpers/changing-view.ts";

type JsonSchema = Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>;

const Media = z.object({ schema: z.custom<JsonSchema>((value) => typeof value === "object" && value !== null) });
const Operation = z.object({
  responses: z.record(z.string(), z.object({ content: z.object({ "application/json": Media }) })),
});
const Document = z.object({ paths: z.record(z.string(), z.object({ get: Operation }).strict()) });

const WORKING = createChangingView({
  positions: [positionRow(), positionRow({ id: "8", health: null, reasons: [] })],
  reports: [reportRow(), reportRow({ state: "pending", transactionHash: null, blockNumber: null, gasUsed: null })],
  components: [{ name: "chain", state: "ok", reason: null, sinceSec: 1 }],
  breaker: { mode: "TIGHTEN_ONLY", reason: "PRICE_FEED", sinceSec: 1 },
  jointRisk: jointRiskReport(),
  greeks: greeksReport(),
  contagion: contagionReport(),
  drift: [driftState(), driftState({ alarm: { atSec: 1, detector: "adwin" }, isDoubted: true, recentLoss: null })],
  fundHedges: [fundHedgeRow(), fundHedgeRow({ netDeltaCoins: null, lowerCoins: null, upperCoins: null })],
  surfaces: [surfaceState(), { asset: "ETH", atSec: 1, reading: { ok: false, reason: "no-chain" } }],
  heldReports: [heldReportRow(), heldReportRow({ state: "released", decidedAtSec: 2, entries: null })],
});
/** Values that no answer may carry: numbers that are none. */
const BROKEN = createChangingView({
  positions: [positionRow({ health: Number.NaN })],
  reports: [reportRow({ entries: Number.NaN })],
  components: [{ name: "chain", state: "degraded", reason: "slow", sinceSec: 1 }],
  breaker: null,
  heldReports: [heldReportRow({ tightened: Number.NaN })],
  jointRisk: jointRiskReport({ valueAtRiskUsd: Number.NaN }),
  greeks: greeksReport({ vega: Number.NaN }),
  contagion: contagionReport({ exposure: Number.NaN }),
  drift: [driftState({ recentLoss: Number.NaN })],
  surfaces: [surfaceState({ index: Number.NaN })],
  fundHedges: [fundHedgeRow({ equityUsd: Number.NaN })],
});

interface LiveCase {
  readonly route: string;
  readonly status: number;
  readonly url: string;
  readonly view: SystemView;
}

const CASES: readonly LiveCase[] = [
  { route: "/healthz", status: 200, url: "/healthz", view: BROKEN },
  { route: "/readyz", status: 200, url: "/readyz", view: WORKING },
  { route: "/readyz", status: 503, url: "/readyz", view: BROKEN },
  { route: "/v1/contagion", status: 200, url: "/v1/contagion", view: WORKING },
  { route: "/v1/contagion", status: 500, url: "/v1/contagion", view: BROKEN },
  { route: "/v1/delivery", status: 200, url: "/v1/delivery", view: WORKING },
  { route: "/v1/delivery", status: 500, url: "/v1/delivery", view: BROKEN },
  { route: "/v1/greeks", status: 200, url: "/v1/greeks", view: WORKING },
  { route: "/v1/greeks", status: 500, url: "/v1/greeks", view: BROKEN },
  { route: "/v1/hedge/fund", status: 200, url: "/v1/hedge/fund", view: WORKING },
  { route: "/v1/hedge/fund", status: 500, url: "/v1/hedge/fund", view: BROKEN },
  { route: "/v1/models", status: 200, url: "/v1/models", view: WORKING },
  { route: "/v1/models", status: 500, url: "/v1/models", view: BROKEN },
  { route: "/v1/positions", status: 200, url: "/v1/positions", view: WORKING },
  { route: "/v1/positions", status: 500, url: "/v1/positions", view: BROKEN },
  { route: "/v1/positions/{id}", status: 200, url: "/v1/positions/8", view: WORKING },
  { route: "/v1/positions/{id}", status: 400, url: "/v1/positions/0x7", view: WORKING },
  { route: "/v1/positions/{id}", status: 404, url: "/v1/positions/9", view: WORKING },
  { route: "/v1/positions/{id}", status: 500, url: "/v1/positions/7", view: BROKEN },
  { route: "/v1/reports", status: 200, url: "/v1/reports", view: WORKING },
  { route: "/v1/reports", status: 400, url: "/v1/reports?limit=501", view: WORKING },
  { route: "/v1/reports", status: 500, url: "/v1/reports", view: BROKEN },
  { route: "/v1/risk", status: 200, url: "/v1/risk", view: WORKING },
  { route: "/v1/risk", status: 500, url: "/v1/risk", view: BROKEN },
  { route: "/v1/surface/{asset}", status: 200, url: "/v1/surface/btc", view: WORKING },
  { route: "/v1/surface/{asset}", status: 400, url: `/v1/surface/${"B".repeat(33)}`, view: WORKING },
  { route: "/v1/surface/{asset}", status: 404, url: "/v1/surface/DOGE", view: WORKING },
  { route: "/v1/surface/{asset}", status: 500, url: "/v1/surface/BTC", view: BROKEN },
];

async function ask(view: SystemView, url: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const app = await createApiServer({ view, metrics: new Registry(), pageDir: null });
  const response = await app.inject(url);
  await app.close();
  return { status: response.statusCode, body: response.json() };
}

/** The same answer without its first field; of a list, without the first field of its first element. */
function withoutFirstField(body: unknown): unknown {
  if (Array.isArray(body)) return [withoutFirstField(body[0])];
  return Object.fromEntries(Object.entries(z.record(z.string(), z.unknown()).parse(body)).slice(1));
}

describe("the OpenAPI document", () => {
  let documented: z.infer<typeof Document>;
  const schemaOf = (route: string, status: number) => {
    const schema = documented.paths[route]?.get.responses[status]?.content["application/json"].schema;
    assert.ok(schema !== undefined, `${route} ${status} is not documented`);
    return z.fromJSONSchema(schema, { defaultTarget: "openapi-3.0" });
  };
  before(async () => {
    documented = Document.parse((await ask(WORKING, "/openapi.json")).body);
  });

  it("behavior: documents exactly the answers that are checked here", () => {
    const promised = Object.entries(documented.paths).flatMap(([route, { get }]) =>
      Object.keys(get.responses).map((status) => `${route} ${status}`),
    );
    assert.deepEqual(promised.toSorted(), CASES.map(({ route, status }) => `${route} ${status}`).toSorted());
  });

  for (const { route, status, url, view } of CASES) {
    it(`default: ${route} answers ${status} in the documented form`, async () => {
      const live = await ask(view, url);
      assert.equal(live.status, status);
      assert.deepEqual(schemaOf(route, status).parse(live.body), live.body);
    });

    it(`behavior: the form of ${route} ${status} refuses an answer that lacks a field`, async () => {
      const { body } = await ask(view, url);
      assert.equal(schemaOf(route, status).safeParse(withoutFirstField(body)).success, false);
    });
  }
});
