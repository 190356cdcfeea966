/** Flags and liquidations of a simulated vault, one short at a time. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Maintenance } from "../../../../oracle/rules/risk-reading.ts";
import {
  flagShort,
  isFlagLive,
  liquidateShort,
  quoteLiquidation,
} from "../../../../oracle/simulation/vault/auction.ts";
import { staticPolicy } from "../../../../oracle/simulation/vault/fixed-policies.ts";
import { tendShort } from "../../../../oracle/simulation/vault/liquidator.ts";
import { type Moment, momentAt } from "../../../../oracle/simulation/vault/market-moment.ts";
import { exactHealth } from "../../../../oracle/simulation/vault/short.ts";
import { createVault, openShort } from "../../../../oracle/simulation/vault/vault-book.ts";
import { BED_TERMS, HOUR, hourAt, plannedShort, START_SEC } from "./vault-bed.ts";

const WAD = 10n ** 18n;
const MAINTENANCE: Maintenance = { rhoBps: 1_000, rhoBeforeBps: 1_000, piBps: 400 };

function momentOf(price: number, afterSec: number): Moment {
  return momentAt(hourAt(0, { open: 40_000 }), { timeSec: START_SEC + afterSec, price });
}

/** One put at 38 000 with 12 % of its time-value ceiling, 4 560 USD. */
function bed(change: Partial<typeof BED_TERMS> = {}) {
  const terms = { ...BED_TERMS, ...change };
  const vault = createVault(staticPolicy(1_000, terms), terms);
  openShort(vault, plannedShort(), momentOf(40_000, 0));
  const short = vault.shorts.get(0);
  assert.ok(short);
  return { vault, short };
}

describe("quoteLiquidation", () => {
  it("behavior: none without a flag, in the cool-off, at health 1 and above, without equity, after the flag's life", () => {
    const { vault, short } = bed();
    const low = momentOf(36_000, HOUR);
    assert.equal(quoteLiquidation(vault, short, { moment: low, maintenance: MAINTENANCE }), null);
    const flagged = flagShort(vault, short, { moment: momentOf(36_000, 60), maintenance: MAINTENANCE });
    const quoteAt = (price: number, afterSec: number) =>
      quoteLiquidation(vault, flagged, { moment: momentOf(price, afterSec), maintenance: MAINTENANCE });
    assert.equal(quoteAt(36_000, 119), null);
    assert.ok(quoteAt(36_000, 120));
    assert.equal(quoteAt(40_000, 300), null);
    assert.equal(quoteAt(33_000, 300), null);
    assert.ok(quoteAt(36_000, 60 + BED_TERMS.flagLifeSec));
    assert.equal(quoteAt(36_000, 61 + BED_TERMS.flagLifeSec), null);
    assert.equal(isFlagLive(vault.terms, flagged, START_SEC + 61 + BED_TERMS.flagLifeSec), false);
  });

  it("default: pays I + w(L − I) with w from π/2 to π and on to the whole equity, and brings the rest to the target", () => {
    const { vault, short } = bed({ feeBps: 0, flagBountyBps: 0 });
    const flagged = flagShort(vault, short, { moment: momentOf(36_000, 300), maintenance: MAINTENANCE });
    const shareAt = (afterSec: number) => {
      const quote = quoteLiquidation(vault, flagged, {
        moment: momentOf(36_000, 300 + afterSec),
        maintenance: MAINTENANCE,
      });
      assert.ok(quote);
      const perContract = Number(quote.payout) / 1e6 / (Number(quote.sizeE8) / 1e8);
      return (perContract - 2_000) / 36_000;
    };
    assert.ok(Math.abs(shareAt(0) - 0.02) < 1e-6);
    assert.ok(Math.abs(shareAt(900) - 0.04) < 1e-6);
    assert.ok(Math.abs(shareAt(8_100) - 2_560 / 36_000) < 1e-6);
    const moment = momentOf(36_000, 300);
    const quote = quoteLiquidation(vault, flagged, { moment, maintenance: MAINTENANCE });
    assert.ok(quote && quote.sizeE8 < flagged.sizeE8);
    liquidateShort(vault, flagged, { moment, quote, maintenance: MAINTENANCE });
    const rest = vault.shorts.get(0);
    assert.ok(rest);
    assert.equal(rest.flaggedAtSec, null);
    const health = exactHealth(rest, 1_000, { moment, terms: vault.terms });
    assert.ok(health >= (WAD * 125n) / 100n && health < (WAD * 126n) / 100n);
  });

  it("behavior: the fund takes its share in the orderly stage only", () => {
    const { vault, short } = bed();
    const flagged = flagShort(vault, short, { moment: momentOf(36_000, 300), maintenance: MAINTENANCE });
    const feeAt = (afterSec: number) =>
      quoteLiquidation(vault, flagged, { moment: momentOf(36_000, 300 + afterSec), maintenance: MAINTENANCE })?.fee;
    assert.ok((feeAt(899) ?? 0n) > 0n);
    assert.equal(feeAt(900), 0n);
  });
});

describe("flagShort", () => {
  it("behavior: a flag that only the parameters caused waits when the budget is spent; one that the price caused does not", () => {
    const caused = { ...MAINTENANCE, rhoBps: 1_400 };
    const moment = momentOf(40_000, 300);
    const { vault, short } = bed({ effectBudgetE8: 40_000n * 10n ** 8n });
    assert.equal(flagShort(vault, short, { moment, maintenance: caused }).flaggedAtSec, moment.timeSec);
    assert.equal(flagShort(vault, short, { moment, maintenance: caused }).flaggedAtSec, null);
    const low = momentOf(36_000, 300);
    assert.equal(flagShort(vault, short, { moment: low, maintenance: MAINTENANCE }).flaggedAtSec, low.timeSec);
  });

  it("behavior: pays its bounty out of the equity once in a flag's life", () => {
    const { vault, short } = bed();
    const first = flagShort(vault, short, { moment: momentOf(36_000, 300), maintenance: MAINTENANCE });
    // 10 bp of 4 560 − 2 000 USD.
    assert.equal(short.collateral - first.collateral, 2_560_000n);
    const again = flagShort(vault, first, { moment: momentOf(36_000, 600), maintenance: MAINTENANCE });
    assert.equal(again.collateral, first.collateral);
  });
});

describe("tendShort", () => {
  it("behavior: ends the flag of a short that is healthy again, and leaves an insolvent one alone", () => {
    const { vault, short } = bed();
    flagShort(vault, short, { moment: momentOf(37_000, 300), maintenance: MAINTENANCE });
    tendShort(vault, 0, momentOf(39_000, 600));
    assert.equal(vault.shorts.get(0)?.flaggedAtSec, null);
    tendShort(vault, 0, momentOf(33_000, 900));
    assert.equal(vault.shorts.get(0)?.flaggedAtSec, null);
    assert.equal(vault.shorts.get(0)?.sizeE8, short.sizeE8);
  });
});
