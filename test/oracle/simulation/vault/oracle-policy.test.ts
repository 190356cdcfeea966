/** The product as a policy of a simulated vault: defaults before the first score, the node's own scores after it, epochs, variants. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { DEFAULT_SCORING_SETTINGS } from "../../../../oracle/scoring/scoring-settings.ts";
import { momentAt } from "../../../../oracle/simulation/vault/market-moment.ts";
import type { PlannedShort } from "../../../../oracle/simulation/vault/opening-plan.ts";
import { oraclePolicy } from "../../../../oracle/simulation/vault/oracle-policy.ts";
import { createVault, openShort, withdrawSurplus } from "../../../../oracle/simulation/vault/vault-book.ts";
import { createVaultScorer } from "../../../../oracle/simulation/vault/vault-scorer.ts";
import type { VaultTerms } from "../../../../oracle/simulation/vault/vault-terms.ts";
import { BED_CLASS, BED_TERMS, HOUR, hourAt, knownOn, plannedShort, START_SEC } from "./vault-bed.ts";

const HOURS = Array.from({ length: 60 }, (_, place) => hourAt(place, { open: 40_000 }));
/** Two classes, one for the last two days, that ask new shorts for more than any score, but for less than twice as much. */
const DEAR_TERMS = dearTerms(1_050);
const DEAR_RHO = 1_260;
/** Hour at which the score of a short is marked, some hours after its first. */
const MARK_HOUR = 4;
const SETTINGS = { ...DEFAULT_SCORING_SETTINGS, paths: 200 };

interface BedOptions {
  readonly scale?: number;
  readonly knownAt?: ReturnType<typeof knownOn>;
  readonly isQuoted?: boolean;
  readonly terms?: VaultTerms;
}

function bed({ scale = 1, knownAt = knownOn(HOURS), isQuoted = false, terms = BED_TERMS }: BedOptions = {}) {
  const scorer = createVaultScorer({ classes: terms.classes, settings: SETTINGS, knownAt });
  const policy = oraclePolicy({ name: "plimsoll", asset: "BTC", terms, scorer, scale, isQuoted });
  const vault = createVault(policy, terms);
  const at = (hour: number, afterSec = 0) => {
    const price = HOURS[hour];
    assert.ok(price);
    return momentAt(price, { timeSec: START_SEC + hour * HOUR + afterSec, price: 40_000 });
  };
  const open = (change: Partial<PlannedShort> = {}) => {
    const plan = plannedShort(change);
    openShort(vault, plan, at(0, 120));
    return vault.shorts.get(plan.index);
  };
  const rhoAt = (hour: number, afterSec = 0) => {
    const short = vault.shorts.get(0);
    assert.ok(short);
    return policy.maintenance(short, at(hour, afterSec)).rhoBps;
  };
  return { policy, vault, at, open, rhoAt, report: (hour: number) => policy.hour(at(hour), vault.shorts) };
}

function dearTerms(rhoBps: number): VaultTerms {
  const riskClass = { ...BED_CLASS, rhoInitialBps: rhoBps, rhoDefaultBps: rhoBps };
  const classIds = Array.from({ length: 32 }, (_, cell) => (cell % 4 === 0 ? 2 : 1));
  const grid = { moneynessEdgesBps: [], tenorEdgesSec: [48 * HOUR], classIds };
  return { ...BED_TERMS, classes: new Map([1, 2].map((classId) => [classId, riskClass])), grid };
}

describe("oraclePolicy", () => {
  it("behavior: without scores a short opens at the class initial times 1 + β, and keeps the default", () => {
    const { open, rhoAt, report } = bed({ knownAt: () => null });
    // No quantile was signed: the default of 2 000 bps counts, times 1.2, of 38 000 USD.
    assert.equal(open()?.collateral, 9_120_000_000n);
    report(1);
    assert.equal(rhoAt(1, 1_200), 2_000);
  });

  it("default: the first score is in force at once, and new shorts meet the class quantile", () => {
    const { open, rhoAt, report, policy, at } = bed();
    open();
    report(1);
    const rho = rhoAt(1, 120);
    assert.ok(rho > 100 && rho < 2_000);
    const asked = policy.open(plannedShort({ index: 1 }), at(1, 120));
    assert.equal(asked, Math.ceil(Math.max(500, rho) * 1.2));
  });

  it("behavior: a withdrawal needs what a new short would, and begins an epoch that the next score must see", () => {
    const { open, report, rhoAt, vault, at, policy } = bed();
    open();
    report(1);
    const short = vault.shorts.get(0);
    assert.ok(short);
    withdrawSurplus(vault, short, at(1, 120));
    const left = vault.shorts.get(0);
    assert.ok(left && left.collateral < short.collateral);
    assert.equal(left.coolOffFromSec, at(1, 120).timeSec);
    assert.equal(left.collateral, (BigInt(policy.initial(left, at(1, 120))) * 38_000_000_000n) / 10_000n);
    report(2);
    assert.ok(rhoAt(2, 120) > 0);
  });

  it("behavior: until 20 hours after the mark a withdrawal must leave what a new short would; then the highest ρ of two windows", () => {
    const { open, report, policy, vault, at, rhoAt } = bed({ terms: DEAR_TERMS });
    const series = { expirySec: START_SEC + 10 * 24 * HOUR };
    open({ ...series, series: { ...plannedShort().series, ...series } });
    const rhos: number[] = [];
    for (let hour = 1; hour <= 50; hour += 1) {
      report(hour);
      const short = vault.shorts.get(0);
      assert.ok(short);
      rhos.push(rhoAt(hour, 120));
      if (hour >= MARK_HOUR) policy.mark?.(short, at(hour, 120));
      const asked = policy.initial(short, at(hour, 120));
      assert.equal(asked === DEAR_RHO, hour < MARK_HOUR + 20, `hour ${hour}`);
    }
    const short = vault.shorts.get(0);
    assert.ok(short);
    // Anchors of hour 50 are the targets of hours 23 and 47.
    const [prior = 0, anchor = 0, last = 0] = [rhos[22], rhos[46], rhos[49]];
    assert.equal(policy.initial(short, at(50, 120)), Math.ceil(Math.max(prior, anchor, last) * 1.2));
    assert.equal(policy.initial(short, at(50 + 6)), DEAR_RHO, "stale");
  });

  it("behavior: a withdrawal leaves half of what a new short would bring, whatever the score", () => {
    const { open, report, policy, vault, at } = bed({ terms: dearTerms(5_001) });
    const series = { expirySec: START_SEC + 10 * 24 * HOUR };
    open({ ...series, series: { ...plannedShort().series, ...series } });
    for (let hour = 1; hour <= 21; hour += 1) {
      report(hour);
      const short = vault.shorts.get(0);
      assert.ok(short);
      policy.mark?.(short, at(hour, 120));
      // 5 001 bps times 1.2, rounded up, are 6 002.
      assert.equal(policy.initial(short, at(hour, 120)), hour <= 20 ? 6_002 : 3_001);
    }
  });

  it("behavior: in another class a score counts 20 hours after one of that class was marked", () => {
    const { open, report, policy, vault, at } = bed({ terms: DEAR_TERMS });
    const series = { expirySec: START_SEC + 78 * HOUR };
    open({ ...series, series: { ...plannedShort().series, ...series } });
    const askedAt = (hour: number) => {
      const short = vault.shorts.get(0);
      assert.ok(short);
      return policy.initial(short, at(hour, 120));
    };
    const short = vault.shorts.get(0);
    assert.ok(short);
    for (let hour = 1; hour <= 31; hour += 1) {
      report(hour);
      policy.mark?.(short, at(hour, 120));
    }
    assert.equal(askedAt(31), DEAR_RHO);
    policy.reclassify(short, at(31, 120));
    policy.mark?.(short, at(31, 180));
    for (let hour = 32; hour <= 52; hour += 1) {
      assert.equal(askedAt(hour - 1), DEAR_RHO, `hour ${hour - 1}`);
      report(hour);
      policy.mark?.(short, at(hour, 120));
    }
    assert.ok(askedAt(52) < DEAR_RHO);
  });

  it("behavior: the knob scales what is asked beyond the option's value; at 1 nothing changes", () => {
    const rhos = [1, 0.5, 0.25].map((scale) => {
      const { open, report, rhoAt } = bed({ scale });
      open();
      report(1);
      return rhoAt(1, 120);
    });
    assert.ok((rhos[0] ?? 0) > (rhos[1] ?? 0) && (rhos[1] ?? 0) > (rhos[2] ?? 0));
  });

  it("behavior: a quoted short opens at its own score times 1 + β, which is in force at once", () => {
    const { open, rhoAt, policy, vault, at } = bed({ isQuoted: true });
    const short = open();
    assert.ok(short);
    const rho = rhoAt(0, 180);
    assert.ok(rho > 100 && rho < 2_000);
    assert.equal(policy.initial(short, at(0, 180)), Math.max(500, Math.ceil(rho * 1.2)));
    assert.equal(short.collateral, (BigInt(Math.max(500, Math.ceil(rho * 1.2))) * 38_000_000_000n) / 10_000n);
    const unknown = bed({ isQuoted: true, knownAt: () => null });
    assert.equal(unknown.open()?.collateral, 9_120_000_000n);
    assert.equal(vault.shorts.size, 1);
  });

  it("behavior: variants are scored together, each as if it were alone", () => {
    let asked = 0;
    const knownAt = (timeSec: number) => {
      asked += 1;
      return knownOn(HOURS)(timeSec);
    };
    const scorer = createVaultScorer({ classes: BED_TERMS.classes, settings: SETTINGS, knownAt });
    const vaults = ["one", "two"].map((name) => {
      const policy = oraclePolicy({ name, asset: "BTC", terms: BED_TERMS, scorer, scale: 1, isQuoted: false });
      return createVault(policy, BED_TERMS);
    });
    const rhos = [0, 1].map((hour) => {
      const moment = momentAt(hourAt(hour, { open: 40_000 }), { timeSec: START_SEC + hour * HOUR, price: 40_000 });
      if (hour === 0) for (const vault of vaults) openShort(vault, plannedShort(), moment);
      return vaults.map(({ policy, shorts }) => {
        policy.hour(moment, shorts);
        const short = shorts.get(0);
        assert.ok(short);
        const later = momentAt(moment.hour, { timeSec: moment.timeSec + 120, price: 40_000 });
        return policy.maintenance(short, later).rhoBps;
      });
    });
    assert.equal(asked, 2);
    const alone = bed();
    alone.open();
    alone.report(1);
    assert.deepEqual(rhos[1], [alone.rhoAt(1, 120), alone.rhoAt(1, 120)]);
  });
});
