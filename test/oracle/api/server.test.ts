/** The API answers from the read model, names what is wrong, and never shows an empty system as ready. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { Registry } from "prom-client";
import { worstState } from "../../../oracle/api/routes/health.ts";
import { type ApiServer, createApiServer, startApi } from "../../../oracle/api/server.ts";
import { breakerRow, UNKNOWN_DELIVERY } from "../../../oracle/domain/delivery.ts";
import type { DriftState } from "../../../oracle/domain/drift.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { FeedVerdict } from "../../../oracle/domain/feed-verdict.ts";
import type { FundHedgeRow } from "../../../oracle/domain/fund-hedge.ts";
import type { ModelEvent } from "../../../oracle/domain/model-event.ts";
import type { ComponentState, PositionRow, ReportRow, SystemView } from "../../../oracle/domain/view.ts";

const SOURCE = "0x00000000000000000000000000000000000000a1";
const VAULT = "0x00000000000000000000000000000000000000a0";

function rowOf(rows: readonly PositionRow[]): SystemView["position"] {
  return (source, id) => rows.find((row) => row.source === source && row.id === id) ?? null;
}

const position: PositionRow = {
  source: SOURCE,
  sourceIndex: 1,
  id: "7",
  owner: "0x00000000000000000000000000000000000000b2",
  asset: "BTC",
  kind: "put",
  strike: 30_000,
  expirySec: 1_700_000_000,
  size: 1.5,
  collateralPerContract: 9_000,
  rhoBps: 2_000,
  rhoTargetBps: 2_600,
  piBps: 700,
  score: 231,
  health: null,
  reasons: [{ factor: "scenario-loss", contributionBps: 2_600 }],
  explanation: null,
  status: "fresh",
  updatedAtSec: 1_699_000_000,
};

const report: ReportRow = {
  epoch: "12",
  digest: "0xab",
  observedAtSec: 1_699_000_000,
  state: "accepted",
  transactionHash: "0xcd",
  blockNumber: "40",
  entries: 3,
  applied: 2,
  skipped: { LOOSEN_DELAY: 1 },
  signers: [SOURCE],
  gasUsed: "60000",
};

const drift: DriftState = {
  asset: "BTC",
  atSec: 1_699_000_000,
  sinceSec: 1_696_000_000,
  steps: 208,
  recentLoss: 1.4,
  alarm: { atSec: 1_698_900_000, detector: "page-hinkley" },
  isDoubted: true,
  widening: [1, 1.1, 1.2, 1.2],
};

const decision: ModelEvent = {
  id: "3",
  recordedAtSec: 1_699_000_000,
  model: "quantile-net",
  event: "kept",
  champion: "0x12",
  challenger: "0x34",
  detail: { decision: { promote: false, pValue: 0.26 } },
};

const HEDGE: FundHedgeRow = {
  asset: "BTC",
  mandate: SOURCE,
  venue: SOURCE,
  atSec: 1_699_000_000,
  ageSec: 3_600,
  fault: "TimeoutError",
  isPaused: false,
  untilSec: 1_700_000_000,
  netDeltaCoins: 1.25,
  lowerCoins: -1.5,
  upperCoins: -1,
  positionCoins: -1,
  marginUsd: 20_000,
  equityUsd: 19_500,
  idleUsd: 30_000,
  action: "traded -1.0000 coins",
  refused: { "inside-band": 3 },
};

const VERDICT: FeedVerdict = {
  ...{ asset: "BTC", feature: "depth", sourceId: "binance", action: "exclude", reason: "crossed-bands" },
  detail: "bids priced at 121363 above asks at 119000",
};

function viewOf(components: readonly ComponentState[]): SystemView {
  return {
    ...{ history: () => null, requirements: () => null },
    positions: () => [position],
    position: (source, id) => (source === SOURCE && id === "7" ? position : null),
    reports: (limit) => Array.from({ length: Math.min(limit, 30) }, () => report),
    components: () => components,
    delivery: () => UNKNOWN_DELIVERY,
    jointRisk: () => null,
    greeks: () => null,
    fundHedges: () => [HEDGE],
    caution: () => ({ limits: null, states: [], votes: { calls: [], unknown: [] } }),
    contagion: () => null,
    governance: () => null,
    archive: () => null,
    watch: () => () => undefined,
    drift: () => [drift],
    surfaces: () => [],
    modelEvents: () => [decision],
    explanation: async () => null,
    feeds: () => [VERDICT],
    ingestion: () => ({ accepted: 1, rejected: {} }),
    models: () => [{ id: "quantile-net", sha256: "0x12" }],
    marketTimeSec: () => 1_699_000_000,
    dataSource: () => "simulator seed 7",
  };
}

describe("createApiServer", () => {
  let app: ApiServer | null = null;
  const start = async (components: readonly ComponentState[] = []) => {
    app = await createApiServer({ view: viewOf(components), metrics: new Registry(), pageDir: null });
    return app;
  };
  afterEach(async () => {
    await app?.close();
    app = null;
  });

  it("error: API_BAD_REQUEST for an id that is not a number", async () => {
    const response = await (await start()).inject("/v1/positions/0x7");
    assert.equal(response.statusCode, 400);
    assert.equal(response.json().code, "API_BAD_REQUEST");
  });

  it("error: API_BAD_REQUEST for a limit of 0 and of 501", async () => {
    const server = await start();
    for (const limit of [0, 501]) {
      assert.equal((await server.inject(`/v1/reports?limit=${limit}`)).statusCode, 400);
    }
  });

  it("error: POSITION_UNKNOWN for an id nobody has", async () => {
    const response = await (await start()).inject("/v1/positions/8");
    assert.equal(response.statusCode, 404);
    assert.equal(response.json().code, "POSITION_UNKNOWN");
  });

  it("error: API_NOT_FOUND for an unknown route", async () => {
    const response = await (await start()).inject("/v2/nothing");
    assert.equal(response.json().code, "API_NOT_FOUND");
  });

  it("default: positions, one position, reports", async () => {
    const server = await start();
    const list = (await server.inject("/v1/positions")).json();
    assert.deepEqual(list.positions, [position]);
    assert.equal(list.dataSource, "simulator seed 7");
    assert.deepEqual((await server.inject("/v1/positions/7")).json(), position);
    assert.deepEqual((await server.inject(`/v1/positions/7?source=${SOURCE}`)).json(), position);
    assert.equal((await server.inject("/v1/reports")).json().length, 20);
    assert.deepEqual((await server.inject("/v1/reports?limit=1")).json(), [report]);
  });

  it("default: models with what the drift watch says of them", async () => {
    const models = (await (await start()).inject("/v1/models")).json();
    assert.deepEqual(models, { models: [{ id: "quantile-net", sha256: "0x12" }], drift: [drift], log: [decision] });
  });

  it("behavior: an id that two sources have is the first source's, and each source's where it is named", async () => {
    const ofVault: PositionRow = { ...position, source: VAULT, sourceIndex: 0, strike: 31_000 };
    const view = { ...viewOf([]), positions: () => [position, ofVault], position: rowOf([position, ofVault]) };
    app = await createApiServer({ view, metrics: new Registry(), pageDir: null });
    assert.deepEqual((await app.inject("/v1/positions/7")).json(), ofVault);
    assert.deepEqual((await app.inject(`/v1/positions/7?source=${SOURCE}`)).json(), position);
    assert.deepEqual((await app.inject(`/v1/positions/7?source=${VAULT}`)).json(), ofVault);
    assert.equal((await app.inject("/v1/positions/7?source=0x01")).statusCode, 404);
  });

  it("behavior: alive while not ready; ready only when every component is ok", async () => {
    const server = await start([{ name: "chain", state: "degraded", reason: "slow", sinceSec: 1 }]);
    assert.equal((await server.inject("/healthz")).statusCode, 200);
    const notReady = await server.inject("/readyz");
    assert.equal(notReady.statusCode, 503);
    assert.equal(notReady.json().status, "degraded");
    await server.close();
    const ready = await start([{ name: "chain", state: "ok", reason: null, sinceSec: 1 }]);
    assert.equal((await ready.inject("/readyz")).statusCode, 200);
  });

  it("behavior: a halted breaker is told, and does not make the node unready", async () => {
    const breaker = breakerRow({ mode: "HALTED", reason: "EQUIVOCATION", sinceSec: 1_699_000_000 }, 1_699_000_100);
    const view = {
      ...viewOf([{ name: "chain", state: "ok", reason: null, sinceSec: 1 }]),
      delivery: () => ({ ...UNKNOWN_DELIVERY, breaker }),
    };
    app = await createApiServer({ view, metrics: new Registry(), pageDir: null });
    const health = await app.inject("/readyz");
    assert.equal(health.statusCode, 200);
    assert.deepEqual(health.json().breaker, breaker);
    assert.equal(breaker.cause, "one quorum signed two different reports");
  });

  it("behavior: a breaker that nobody has read yet is UNKNOWN, never NORMAL", async () => {
    const { breaker, heldReadAtSec } = (await (await start()).inject("/v1/delivery")).json();
    assert.deepEqual([breaker.mode, breaker.reason, breaker.readAtSec, heldReadAtSec], ["UNKNOWN", null, null, null]);
  });

  it("behavior: Greeks before the first round are unknown, not zero", async () => {
    assert.deepEqual((await (await start()).inject("/v1/greeks")).json(), { report: null });
  });

  it("default: verdicts of the feed defence", async () => {
    const response = await (await start()).inject("/v1/feeds");
    assert.deepEqual(response.json(), { marketTimeSec: 1_699_000_000, verdicts: [VERDICT] });
  });

  it("default: hedging mandates of the funds", async () => {
    assert.deepEqual((await (await start()).inject("/v1/hedge/fund")).json(), { mandates: [HEDGE] });
  });

  it("behavior: OpenAPI names every route, and metrics answer as text", async () => {
    const server = await start();
    const paths = Object.keys((await server.inject("/v1/openapi.json")).json().paths);
    assert.deepEqual(paths.sort(), [
      "/healthz",
      "/readyz",
      "/v1/caution",
      "/v1/classes",
      "/v1/contagion",
      "/v1/delivery",
      "/v1/events",
      "/v1/feeds",
      "/v1/governance",
      "/v1/greeks",
      "/v1/hedge",
      "/v1/hedge/fund",
      "/v1/history",
      "/v1/history/replay",
      "/v1/incidents",
      "/v1/models",
      "/v1/models/{id}/card",
      "/v1/network",
      "/v1/positions",
      "/v1/positions/{id}",
      "/v1/positions/{id}/explanation",
      "/v1/positions/{id}/proof",
      "/v1/reports",
      "/v1/reports/{digest}",
      "/v1/requirements/{asset}",
      "/v1/risk",
      "/v1/rounds",
      "/v1/status",
      "/v1/surface/{asset}",
      "/v1/trails",
      "/v1/trails/{source}/{id}",
    ]);
    assert.equal((await server.inject("/metrics")).statusCode, 200);
  });
});

describe("worstState", () => {
  it("behavior: no component is starting, never ok", () => assert.equal(worstState([]), "starting"));
  it("behavior: one failure outweighs everything", () => {
    const of = (state: ComponentState["state"]): ComponentState => ({ name: state, state, reason: null, sinceSec: 0 });
    assert.equal(worstState([of("ok"), of("degraded"), of("failed")]), "failed");
    assert.equal(worstState([of("ok"), of("degraded"), of("starting")]), "starting");
    assert.equal(worstState([of("ok")]), "ok");
  });
});

describe("startApi", () => {
  it("error: API_PORT_BUSY names the port", async () => {
    const deps = { view: viewOf([]), metrics: new Registry(), pageDir: null };
    const first = await startApi(deps, { host: "127.0.0.1", port: 0 });
    const port = Number(new URL(first.url).port);
    await assert.rejects(startApi(deps, { host: "127.0.0.1", port }), (error) => hasCode(error, "API_PORT_BUSY"));
    await first.close();
  });
});
