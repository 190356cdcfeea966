/** The market simulator: determinism, script, stress behaviour and injected faults. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import {
  createMarketSimulator,
  type MarketSimulatorOptions,
} from "../../../oracle/simulation/market/market-simulator.ts";
import { findScript } from "../../../oracle/simulation/market/simulator-scenarios.ts";

const FROM_SEC = Date.UTC(2026, 0, 1) / 1_000;
const HOUR = 3_600;
const DAY = 86_400;
const OPTIONS: MarketSimulatorOptions = {
  seed: 7,
  assets: ["BTC", "ETH"],
  fromSec: FROM_SEC,
  scenario: "crash-recovery",
};

function closesOf(events: Iterable<MarketEvent>, asset: string): readonly number[] {
  return [...events].flatMap((event) => (event.kind === "bar" && event.asset === asset ? [event.close] : []));
}

function bookTotals(events: Iterable<MarketEvent>): readonly number[] {
  return [...events].flatMap((event) =>
    event.kind === "book" && event.asset === "BTC" ? [event.bids[0]?.notionalUsd ?? 0] : [],
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("createMarketSimulator", () => {
  it("error: SIMULATOR_ASSET_UNKNOWN, SIMULATOR_FAULT_RATE, SIMULATOR_SCENARIO_UNKNOWN", () => {
    const code = (expected: string) => (error: unknown) => hasCode(error, expected);
    assert.throws(() => createMarketSimulator({ ...OPTIONS, assets: ["DOGE"] }), code("SIMULATOR_ASSET_UNKNOWN"));
    for (const faultRate of [-0.1, 1.1, Number.NaN]) {
      assert.throws(() => createMarketSimulator({ ...OPTIONS, faultRate }), code("SIMULATOR_FAULT_RATE"));
    }
    assert.throws(() => findScript("doom"), code("SIMULATOR_SCENARIO_UNKNOWN"));
  });

  it("default: equal seeds give equal markets, other seeds others", () => {
    const read = (seed: number) => [...createMarketSimulator({ ...OPTIONS, seed }).events(FROM_SEC, FROM_SEC + DAY)];
    assert.deepEqual(read(7), read(7));
    assert.notDeepEqual(closesOf(read(7), "BTC"), closesOf(read(8), "BTC"));
  });

  it("behavior: events ascend in received time and lie inside the span asked for", () => {
    const source = createMarketSimulator(OPTIONS);
    let before = FROM_SEC;
    for (const event of source.events(FROM_SEC, FROM_SEC + DAY)) {
      assert.ok(event.receivedTimeSec > FROM_SEC && event.receivedTimeSec >= before);
      before = event.receivedTimeSec;
    }
    assert.equal(before, FROM_SEC + DAY);
  });

  it("behavior: at least 60 days of hourly history lie before the start", () => {
    const source = createMarketSimulator({ ...OPTIONS, faultRate: 0 });
    assert.equal(closesOf(source.events(0, FROM_SEC), "BTC").length, 90 * 24);
  });

  it("behavior: the crash takes 25 to 35 % within a day, a rally comes before and after it", () => {
    const source = createMarketSimulator({ ...OPTIONS, faultRate: 0 });
    for (const asset of source.assets) {
      const closes = closesOf(source.events(FROM_SEC, source.toSec), asset);
      const at = (hour: number) => closes[hour - 1] ?? Number.NaN;
      const fall = at(84) / at(72) - 1;
      assert.ok(fall > -0.36 && fall < -0.25, `${asset} ${fall}`);
      assert.ok(at(72) / at(48) > 1.08);
      assert.ok(at(132) / at(108) > 1.1);
    }
  });

  it("behavior: depth thins in the crash and the volatility index rises", () => {
    const source = createMarketSimulator({ ...OPTIONS, faultRate: 0 });
    const calm = mean(bookTotals(source.events(FROM_SEC, FROM_SEC + 48 * HOUR)));
    const crash = mean(bookTotals(source.events(FROM_SEC + 72 * HOUR, FROM_SEC + 84 * HOUR)));
    assert.ok(crash < 0.7 * calm);
    const index = [...source.events(FROM_SEC, source.toSec)].flatMap((event) =>
      event.kind === "vol-index" && event.asset === "BTC" ? [event.impliedVol] : [],
    );
    assert.ok((index[90] ?? 0) > 1.3 * (index[10] ?? Number.POSITIVE_INFINITY));
  });

  it("behavior: without faults the guard rejects nothing, with faults it rejects them and keeps every good bar", () => {
    const run = (faultRate: number) => {
      const source = createMarketSimulator({ ...OPTIONS, faultRate });
      const window = createMarketWindow({ assets: source.assets, historySec: 120 * DAY, limits: DEFAULT_GUARD_LIMITS });
      for (const event of source.events(0, source.toSec)) window.ingest(event, event.receivedTimeSec);
      const bars = window.snapshot(source.toSec).assets.get("BTC")?.bars.close;
      return { counts: window.counts(), bars };
    };
    const clean = run(0);
    const faulty = run(0.01);
    assert.deepEqual(clean.counts.rejected, {});
    const reasons = Object.keys(faulty.counts.rejected).sort();
    assert.deepEqual(reasons, [
      "crossed-book",
      "duplicate",
      "inconsistent-bar",
      "inconsistent-book",
      "not-a-number",
      "not-positive",
      "out-of-order",
    ]);
    assert.deepEqual(faulty.bars, clean.bars);
  });
});
