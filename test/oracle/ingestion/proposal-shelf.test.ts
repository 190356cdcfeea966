/** The doubt that another protocol's change raises: from a day before it may come until a day after it came, silence or not. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ParameterProposal } from "../../../oracle/domain/chain-signals.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { makeBar, NOW_SEC } from "./event-fixtures.ts";

const DAY = 86_400;
const HOUR = 3_600;
const proposal = (change: Partial<ParameterProposal> = {}, timeSec = NOW_SEC): ParameterProposal => ({
  ...{ kind: "proposal", asset: "BTC", sourceId: "proposals-test", proposalId: "7", stage: "queued" },
  ...{ parameter: "threshold", call: "configureReserveAsCollateral", executableSec: NOW_SEC + 2 * DAY },
  ...{ sourceTimeSec: timeSec, receivedTimeSec: timeSec },
  ...change,
});

/** Days after the fixtures' time at which the doubt stands, of every half a day of twenty. */
function doubtedDays(...events: readonly ParameterProposal[]): readonly number[] {
  const window = createMarketWindow({ assets: ["BTC"], historySec: DAY, limits: DEFAULT_GUARD_LIMITS });
  const halfDays = Array.from({ length: 40 }, (_, place) => place / 2);
  return halfDays.filter((day) => {
    const atSec = NOW_SEC + day * DAY;
    for (const event of events)
      if (event.receivedTimeSec > atSec - DAY / 2 && event.receivedTimeSec <= atSec) window.ingest(event, atSec);
    window.ingest(makeBar({ spanSec: HOUR }, atSec), atSec);
    return window.snapshot(atSec).doubts.some(({ reason }) => reason === "parameter-proposal");
  });
}

describe("parameter-proposal", () => {
  it("error: a source that falls silent loosens nothing: what was queued stays until it would have lapsed", () => {
    const days = doubtedDays(proposal());
    assert.deepEqual([days[0], days.at(-1)], [1, 16]);
    assert.equal(days.length, 31);
  });

  it("error: a time that is no number is not taken, and the earlier one stands", () => {
    const broken = proposal({ executableSec: Number.NaN }, NOW_SEC + DAY);
    assert.deepEqual(doubtedDays(proposal(), broken), doubtedDays(proposal()));
  });

  it("default: the doubt begins a day before it may come, and ends a day after it came, or with its end", () => {
    const executed = proposal({ stage: "executed" }, NOW_SEC + 2 * DAY);
    assert.deepEqual(doubtedDays(proposal(), executed), [1, 1.5, 2, 2.5, 3]);
    const cancelled = proposal({ stage: "cancelled" }, NOW_SEC + 1.5 * DAY);
    assert.deepEqual(doubtedDays(proposal(), cancelled), [1]);
  });

  it("behavior: a vote that is not over, and a cap, are shown and raise no doubt", () => {
    assert.deepEqual(doubtedDays(proposal({ stage: "proposed" })), []);
    assert.deepEqual(doubtedDays(proposal({ parameter: "cap" })), []);
    const window = createMarketWindow({ assets: ["BTC"], historySec: DAY, limits: DEFAULT_GUARD_LIMITS });
    window.ingest(makeBar(), NOW_SEC);
    window.ingest(proposal({ parameter: "cap" }), NOW_SEC);
    assert.equal(window.snapshot(NOW_SEC).assets.get("BTC")?.proposals?.length, 1);
    assert.deepEqual(window.snapshot(NOW_SEC - 1).assets.get("BTC")?.proposals ?? [], []);
  });

  it("behavior: one whose time nobody says is expected for a month", () => {
    assert.equal(doubtedDays(proposal({ executableSec: null })).length, 40);
  });
});
