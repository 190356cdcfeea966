/** A market that is late, silent or broken, in virtual time: the round is answered within the budget, and nothing is read twice at once. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { BaseError } from "viem";
import { hasCode, PlimsollError } from "../../../oracle/domain/errors.ts";
import { hasEveryLoan, type LendingReading } from "../../../oracle/domain/lending.ts";
import type { Anchor } from "../../../oracle/domain/report.ts";
import type { LendingMarket } from "../../../oracle/ingestion/sources/lending/lending-market.ts";
import { createPatientMarket } from "../../../oracle/ingestion/sources/lending/patient-market.ts";

const SOURCE = "aave-v3:0x01";
const loanOf = (debtUsd: number): LendingReading => ({
  accounts: [
    {
      protocol: "aave-v3",
      account: "0xaa",
      collateral: [],
      debts: [{ asset: null, valueUsd: debtUsd }],
      soldPerDebt: 1,
    },
  ],
  events: [],
  rejected: [],
});
const anchorAt = (timestampSec: number): Anchor => ({
  blockNumber: BigInt(timestampSec),
  blockHash: "0x00",
  timestampSec,
});
const gone = () =>
  new PlimsollError({ code: "ANCHOR_NOT_CANONICAL", problem: "gone", remedy: "read again", context: {} });

describe("createPatientMarket", () => {
  let looks: PromiseWithResolvers<LendingReading>[];
  let alarms: (() => void)[];
  let market: LendingMarket;
  beforeEach(() => {
    [looks, alarms] = [[], []];
    const inner: LendingMarket = {
      readAt: async () => {
        const look = Promise.withResolvers<LendingReading>();
        looks.push(look);
        return await look.promise;
      },
    };
    const timers = {
      after: (_: number, call: () => void) => {
        alarms.push(call);
        return () => void alarms.splice(alarms.indexOf(call), 1);
      },
    };
    market = createPatientMarket({ sourceId: SOURCE, market: inner, timers, budgetMs: 1_000 });
  });
  const runOut = () => alarms.at(-1)?.();
  const debtOf = ({ accounts }: LendingReading) => accounts[0]?.debts[0]?.valueUsd ?? null;
  const faultOf = ({ rejected }: LendingReading) => rejected[0]?.reason ?? null;
  const said = (reading: LendingReading) => [debtOf(reading), faultOf(reading), hasEveryLoan(reading)];
  const settled = async () => await new Promise<void>((resolve) => setImmediate(resolve));

  /** Under way, as far as it comes by itself. */
  const begin = async (atSec: number) => {
    const reading = market.readAt(anchorAt(atSec));
    reading.catch(() => undefined);
    await settled();
    return { reading };
  };

  it("error: ANCHOR_NOT_CANONICAL ends the round that asked, not a later one that waits for the look", async () => {
    const asked = await begin(1);
    looks[0]?.reject(gone());
    await assert.rejects(asked.reading, (error) => hasCode(error, "ANCHOR_NOT_CANONICAL"));
    const late = await begin(2);
    runOut();
    assert.equal(faultOf(await late.reading), "market-late");
    const next = await begin(3);
    looks[1]?.reject(gone());
    await settled();
    looks[2]?.resolve(loanOf(3));
    assert.deepEqual(said(await next.reading), [3, null, true]);
  });

  it("error: what neither chain nor RPC are to blame for is thrown, also out of a late look", async () => {
    const asked = await begin(1);
    looks[0]?.reject(new TypeError("no function"));
    await assert.rejects(asked.reading, TypeError);
    const late = await begin(2);
    runOut();
    await late.reading;
    const next = await begin(3);
    looks[1]?.reject(new TypeError("no function"));
    await assert.rejects(next.reading, TypeError);
  });

  it("behavior: a late look gives nothing at first, then the last loans; the book is not complete, and it is not read twice", async () => {
    const first = await begin(1);
    runOut();
    assert.deepEqual(said(await first.reading), [null, "market-late", false]);
    const second = await begin(2);
    runOut();
    assert.deepEqual([said(await second.reading), looks.length], [[null, "market-late", false], 1]);
    looks[0]?.resolve(loanOf(1));
    await settled();
    const third = await begin(3);
    runOut();
    assert.deepEqual([said(await third.reading), looks.length], [[1, "market-late", false], 2]);
  });

  it("behavior: an earlier look that ends in time leaves the rest of the budget to this one", async () => {
    const first = await begin(1);
    runOut();
    await first.reading;
    const second = await begin(2);
    looks[0]?.resolve(loanOf(1));
    await settled();
    looks[1]?.resolve(loanOf(2));
    assert.deepEqual(said(await second.reading), [2, null, true]);
    assert.deepEqual(alarms, []);
  });

  it("behavior: a market that cannot be read gives its last loans for half an hour", async () => {
    const first = await begin(0);
    looks[0]?.resolve(loanOf(1));
    await first.reading;
    for (const [place, atSec, debt] of [
      [1, 1_800, 1],
      [2, 1_801, null],
    ] as const) {
      const silent = await begin(atSec);
      looks[place]?.reject(new BaseError("no answer"));
      assert.deepEqual(said(await silent.reading), [debt, "market-unreadable", false]);
    }
  });
});

describe("hasEveryLoan", () => {
  it("behavior: only an event without a price leaves the book complete", () => {
    const missing = (reason: LendingReading["rejected"][number]["reason"]) =>
      hasEveryLoan({ rejected: [{ sourceId: SOURCE, reason, count: 1 }] });
    assert.equal(hasEveryLoan({ rejected: [] }), true);
    assert.equal(missing("event-unpriced"), true);
    for (const reason of ["account-pending", "account-beyond-limit", "catching-up", "token-unpriced"] as const)
      assert.equal(missing(reason), false);
  });
});
