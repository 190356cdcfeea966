/** What the learned guard is asked about: features of the bars that it was fitted on, and of no others. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createFeedGuard } from "../../../oracle/models/feed-guard/feed-guard.ts";
import { judgeMarkets } from "../../../oracle/pipeline/operator/learned-guard.ts";
import { makeMarket, makeSnapshot, randomBars } from "../features/snapshot-fixtures.ts";

const SHIPPED = join(import.meta.dirname, "../../../oracle/models/artifacts/feed-guard");

describe("judgeMarkets", () => {
  it("behavior: bars of another span are said not to be judged, the others are", async () => {
    const guard = await createFeedGuard(SHIPPED, FEATURE_SCHEMA);
    const shorter = { ...randomBars(2, 800), spanSec: 300 };
    const snapshot = makeSnapshot([makeMarket("BTC", randomBars(1, 800)), makeMarket("ETH", shorter)]);
    const { verdicts } = await judgeMarkets(snapshot, guard);
    await guard.close();
    const [btc, eth] = verdicts;
    assert.ok(btc?.asset === "BTC" && btc.reason !== "unfitted-bars");
    assert.deepEqual([eth?.asset, eth?.action, eth?.reason], ["ETH", "use", "unfitted-bars"]);
    assert.equal(verdicts.length, 2);
  });

  it("error: a missing artefact doubts bars of every span", async () => {
    const guard = await createFeedGuard(join(SHIPPED, "nowhere"), FEATURE_SCHEMA);
    const shorter = { ...randomBars(2, 9_600), spanSec: 300 };
    const { doubts } = await judgeMarkets(makeSnapshot([makeMarket("BTC", shorter)]), guard);
    assert.equal(doubts.length, 1);
  });
});
