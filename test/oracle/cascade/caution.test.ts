/** When an operator calls for caution, what it does not know, how an episode goes on, and when enough operators call. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { BreakerReading } from "../../../oracle/domain/breaker.ts";
import type { CascadeState } from "../../../oracle/domain/cascade.ts";
import type { CautionLimits, CautionState } from "../../../oracle/domain/caution.ts";
import { agreedCaution } from "../../../oracle/pipeline/local/caution-votes.ts";
import type { CautionEpisode } from "../../../oracle/pipeline/operator/caution-episode.ts";
import { createCautionLog } from "../../../oracle/pipeline/operator/caution-log.ts";
import { readCaution } from "../../../oracle/pipeline/operator/caution-reading.ts";
import { type CautionStore, createCautionWatch } from "../../../oracle/pipeline/operator/caution-watch.ts";
import { operatorCautionStore } from "../../../oracle/pipeline/operator/operator-stores.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { cautionState } from "../../helpers/caution-report.ts";

const FALL_OF_A_TENTH = -Math.log(0.9);
const LIMITS: CautionLimits = { leastProbability: 0.5, leastExpectedFall: 0.05, releaseProbability: 0.3 };

function stateOf(probability24h: number, extra = 0.5, further: Partial<CascadeState> = {}): CascadeState {
  const shock = Float64Array.of(0, FALL_OF_A_TENTH, 1);
  const more = Float64Array.of(0, extra, 1);
  const curve = { shock, extra: more, extraLow: more, extraHigh: more, positions: 1, notionalUsd: 1, protocolUsd: {} };
  const rates = { probability6h: 0, baseRate6h: 0, baseRate24h: 0.1, isAssumed: false };
  return { asset: "ETH", atSec: 0, probability24h, ...rates, curve, ...further };
}

const breakerAt = (mode: "NORMAL" | "TIGHTEN_ONLY", sinceSec: number): BreakerReading => ({
  ok: true,
  value: { mode, reason: mode === "NORMAL" ? "NONE" : "GUARDIAN", sinceSec },
});
const UNREADABLE: BreakerReading = { ok: false, reason: "breaker-unreadable", detail: "no answer" };

describe("readCaution", () => {
  const known = (state: CascadeState | null, isBookComplete = true) => {
    const { kind, doubt } = readCaution(state, LIMITS, isBookComplete);
    return doubt ?? kind;
  };

  it("error: a hazard that is missing, assumed or no number is unknown, not below", () => {
    for (const state of [null, stateOf(1, 1, { isAssumed: true }), stateOf(Number.NaN)])
      assert.equal(known(state), "hazard-unknown");
    assert.equal(known(stateOf(0.9, Number.NaN)), "size-unknown");
  });

  it("behavior: an incomplete book is unknown where what is missing could make the difference, and only there", () => {
    assert.equal(known(stateOf(0.5, 0.099), false), "book-incomplete");
    assert.equal(known(stateOf(0.49, 0.9), false), "below");
    assert.equal(known(stateOf(0.5, 0.1), false), "reached");
  });

  it("default: both the probability and its product with the further fall after a tenth must reach their limits", () => {
    assert.equal(known(stateOf(0.5, 0.1)), "reached");
    assert.equal(known(stateOf(0.5, 0.099)), "below");
    assert.equal(known(stateOf(0.49, 0.9)), "below");
    assert.equal(known(stateOf(0.9, 1, { baseRate24h: 0.9 })), "below");
  });
});

describe("createCautionWatch", () => {
  const keptStore = () => {
    const kept: { episodes: ReadonlyMap<string, CautionEpisode>; saves: number } = { episodes: new Map(), saves: 0 };
    const store: CautionStore = {
      load: async () => kept.episodes,
      save: async (episodes) => {
        kept.episodes = episodes;
        kept.saves += 1;
      },
    };
    return { kept, store };
  };
  const watched = (store = keptStore().store, limits: CautionLimits | null = LIMITS) => {
    const watch = createCautionWatch(limits, store);
    return async (state: CascadeState | null, breaker = breakerAt("NORMAL", 0), isBookComplete = true) => {
      const cascades = state === null ? [] : [state];
      const states = await watch.look({ assets: ["ETH"], cascades, isBookComplete, breaker, atSec: 7 });
      return states.map(({ phase, isCalling }) => `${phase}${isCalling ? "!" : ""}`).join();
    };
  };

  it("behavior: nobody says anything without limits, and an asset without a state is not known", async () => {
    assert.equal(await watched(keptStore().store, null)(stateOf(1)), "");
    const watch = createCautionWatch(LIMITS, keptStore().store);
    const ground = { cascades: [], isBookComplete: true, breaker: UNREADABLE, atSec: 7 };
    const [state] = await watch.look({ ...ground, assets: ["ETH"] });
    assert.deepEqual(state?.reading, { kind: "unknown", doubt: "hazard-unknown" });
    assert.deepEqual([state?.isCalling, state?.probability24h, state?.expectedFall], [false, null, null]);
  });

  it("behavior: one call an episode: after re-arming none until the hazard fell below the release limit", async () => {
    const look = watched();
    assert.equal(await look(stateOf(0.6)), "calling!");
    assert.equal(await look(stateOf(0.6)), "calling!");
    assert.equal(await look(stateOf(0.6), breakerAt("TIGHTEN_ONLY", 5)), "heeded");
    assert.equal(await look(stateOf(0.6), breakerAt("NORMAL", 9)), "spent");
    assert.equal(await look(stateOf(0.9), breakerAt("NORMAL", 9)), "spent");
    // Between the limits the episode goes on.
    assert.equal(await look(stateOf(0.3), breakerAt("NORMAL", 9)), "spent");
    assert.equal(await look(stateOf(0.29), breakerAt("NORMAL", 9)), "calm");
    assert.equal(await look(stateOf(0.6), breakerAt("NORMAL", 9)), "calling!");
  });

  it("behavior: what is not known neither calls, nor ends an episode, nor takes the breaker for moved", async () => {
    const look = watched();
    assert.equal(await look(null), "calm");
    assert.equal(await look(stateOf(0.6)), "calling!");
    assert.equal(await look(null), "calling");
    assert.equal(await look(stateOf(0.6, 0.01), breakerAt("NORMAL", 0), false), "calling");
    assert.equal(await look(stateOf(0.6), UNREADABLE), "calling!");
    assert.equal(await look(null, breakerAt("TIGHTEN_ONLY", 5)), "heeded");
    assert.equal(await look(null, UNREADABLE), "heeded");
    assert.equal(await look(null, breakerAt("NORMAL", 9)), "spent");
    assert.equal(await look(stateOf(1, 1, { isAssumed: true }), breakerAt("NORMAL", 9)), "spent");
    assert.equal(await look(stateOf(0.6), breakerAt("NORMAL", 9)), "spent");
  });

  it("behavior: a breaker that was tripped and re-armed between two looks has heeded the call", async () => {
    const look = watched();
    assert.equal(await look(stateOf(0.6), breakerAt("NORMAL", 3)), "calling!");
    assert.equal(await look(stateOf(0.6), breakerAt("NORMAL", 9)), "spent");
  });

  it("behavior: an episode survives a restart, and is kept when it moves, not every round", async () => {
    const { kept, store } = keptStore();
    const look = watched(store);
    await look(stateOf(0.1));
    assert.equal(kept.saves, 0);
    await look(stateOf(0.6), breakerAt("TIGHTEN_ONLY", 5));
    await look(stateOf(0.6), breakerAt("TIGHTEN_ONLY", 5));
    assert.equal(kept.saves, 1);
    assert.equal(await watched(store)(stateOf(0.6), breakerAt("NORMAL", 9)), "spent");
  });
});

describe("operatorCautionStore", () => {
  it("error: what is no episode is refused; default: what was saved comes back", async () => {
    let row: unknown = null;
    const store = operatorCautionStore({
      cursor: async () => row,
      saveCursor: async (_, state) => {
        row = structuredClone(state);
      },
    });
    assert.equal((await store.load()).size, 0);
    const episodes = new Map([["ETH", { phase: "heeded", breakerSinceSec: 5 } as const]]);
    await store.save(episodes);
    assert.deepEqual(await store.load(), episodes);
    row = [["ETH", { phase: "asleep", breakerSinceSec: 5 }]];
    await assert.rejects(store.load());
  });
});

describe("createCautionLog", () => {
  it("behavior: phases and doubts are told when they change", () => {
    const told: string[] = [];
    const write = (line: string): void => void told.push(String(JSON.parse(line).msg));
    const look = createCautionLog(createLogger({ level: "info", destination: { write } }));
    const heard = (fields: Partial<CautionState>) => {
      look([cautionState(fields)]);
      return told.splice(0);
    };
    const doubt = { reading: { kind: "unknown", doubt: "book-incomplete" } } as const;
    assert.deepEqual(heard({ phase: "calm" }), []);
    assert.deepEqual(heard({}), ["this operator calls for caution"]);
    assert.deepEqual(heard(doubt), ["not known whether caution is called for"]);
    assert.deepEqual(heard(doubt), []);
    assert.deepEqual(heard({ phase: "heeded" }), [
      "the breaker has left NORMAL in an episode of caution",
      "known again whether caution is called for",
    ]);
    assert.deepEqual(heard({ phase: "spent" }).length, 1);
    assert.deepEqual(heard({ phase: "calm" }), ["the episode of caution is over"]);
  });
});

describe("agreedCaution", () => {
  const of = (...assets: readonly string[]) => ({ caution: assets.map((asset) => cautionState({ asset })) });
  const reading = { kind: "unknown", doubt: "hazard-unknown" } as const;
  const unsure = (asset: string) => ({ caution: [cautionState({ asset, reading, isCalling: false })] });

  it("behavior: an asset needs a quorum of operators; who names it twice has one vote", () => {
    const votes = [of("ETH", "ETH"), of("ETH", "BTC"), of("BTC"), of()];
    assert.deepEqual(agreedCaution(votes, 3).calls, []);
    assert.deepEqual(agreedCaution(votes, 2).calls, ["ETH", "BTC"]);
    assert.deepEqual(agreedCaution([...votes, of("BTC")], 3).calls, ["BTC"]);
    assert.deepEqual(agreedCaution([], 1), { calls: [], unknown: [] });
  });

  it("behavior: who does not know is no vote for calm: a quorum that could be reached with them is open", () => {
    const votes = [of("ETH"), unsure("ETH"), unsure("ETH"), of()];
    assert.deepEqual(agreedCaution(votes, 3), { calls: [], unknown: ["ETH"] });
    assert.deepEqual(agreedCaution([...votes, of("ETH"), of("ETH")], 3), { calls: ["ETH"], unknown: [] });
    assert.deepEqual(agreedCaution(votes.slice(1), 3), { calls: [], unknown: [] });
  });
});
