/** Whole lives of vaults: bad input, conservation, full collateral, no look-ahead, and single shorts that can be counted by hand. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../../oracle/domain/errors.ts";
import { staticPolicy } from "../../../../oracle/simulation/vault/fixed-policies.ts";
import type { MarketHour } from "../../../../oracle/simulation/vault/market-moment.ts";
import { runVaults } from "../../../../oracle/simulation/vault/run-vaults.ts";
import type { Vault } from "../../../../oracle/simulation/vault/vault-book.ts";
import { type DayCounts, heldOf } from "../../../../oracle/simulation/vault/vault-ledger.ts";
import {
  BED_TERMS,
  bedPolicies,
  DAY,
  HOUR,
  hourAt,
  openingsOf,
  plannedShort,
  START_SEC,
  seededHours,
  totalsOf,
} from "./vault-bed.ts";

const HOURS = seededHours(24 * 18, "path");
const PLAN = openingsOf(HOURS);

let lived: readonly Vault[] | null = null;

/** The vaults of the whole path, run once for all tests that only look at them. */
function livedVaults(): readonly Vault[] {
  lived ??= runBed();
  return lived;
}

function runBed(hours = HOURS, plan = PLAN): readonly Vault[] {
  return runVaults({ hours, plan, terms: BED_TERMS, policies: bedPolicies(hours) });
}

/** A flat path with the given opening prices of some hours; each holds until the next one named. */
function scripted(count: number, opens: Readonly<Record<number, number>>): readonly MarketHour[] {
  let open = 40_000;
  return Array.from({ length: count }, (_, place) => {
    open = opens[place] ?? open;
    return hourAt(place, { open });
  });
}

function runOne(hours: readonly MarketHour[], rhoBps: number, change: Parameters<typeof plannedShort>[0] = {}): Vault {
  const policies = [staticPolicy(rhoBps, BED_TERMS)];
  const [vault] = runVaults({ hours, plan: [plannedShort(change)], terms: BED_TERMS, policies });
  assert.ok(vault);
  return vault;
}

function daysBefore({ ledger }: Vault, timeSec: number): readonly (readonly [number, DayCounts])[] {
  return [...ledger.days].filter(([daySec]) => daySec + DAY <= timeSec);
}

describe("runVaults", () => {
  it("error: VAULT_RUN_EMPTY", () => {
    const code = (error: unknown) => hasCode(error, "VAULT_RUN_EMPTY");
    assert.throws(() => runVaults({ hours: [], plan: [], terms: BED_TERMS, policies: [] }), code);
  });

  it("error: VAULT_RUN_PRICE for prices, volatilities and times that are none, and for times out of order", () => {
    const good = hourAt(0, { open: 40_000 });
    const broken: readonly (readonly MarketHour[])[] = [
      ...[Number.NaN, Number.POSITIVE_INFINITY, 0, -1].map((open) => [{ ...good, open }]),
      [{ ...good, impliedVol: Number.NaN }],
      [{ ...good, high: 39_000, low: 41_000 }],
      [{ ...good, startSec: Number.NaN }],
      [good, good],
      [hourAt(1, { open: 1 }), good],
    ];
    for (const hours of broken) {
      const run = () => runVaults({ hours, plan: [], terms: BED_TERMS, policies: [] });
      assert.throws(run, (error: unknown) => hasCode(error, "VAULT_RUN_PRICE"));
    }
  });

  it("behavior: what came in is what went out and what is held, under every policy", () => {
    for (const vault of livedVaults()) {
      for (const [kind, flows] of vault.ledger.flows) {
        const held = [...vault.shorts.values()].filter(({ plan }) => plan.kind === kind);
        const sum = held.reduce((total, { collateral }) => total + collateral, 0n);
        assert.equal(heldOf(flows), sum, vault.policy.name);
        assert.ok(flows.paidIn > 0n && flows.settled > 0n && flows.refunded > 0n);
      }
      assert.equal(vault.shorts.size, 0, "every planned short expires inside the path");
      assert.equal(vault.firstLiquidations.size, 0, "every liquidation was judged");
      assert.equal(totalsOf(vault).opened, PLAN.length);
    }
  });

  it("behavior: the path puts every policy to the test", () => {
    for (const vault of livedVaults()) assert.ok(totalsOf(vault).liquidations > 0, vault.policy.name);
  });

  it("behavior: full collateral never has bad debt nor liquidations", () => {
    const [vault] = runVaults({
      hours: HOURS,
      plan: PLAN,
      terms: BED_TERMS,
      policies: [staticPolicy(10_000, BED_TERMS)],
    });
    assert.ok(vault);
    const { badDebt, liquidations, collateralHours, notionalHours } = totalsOf(vault);
    assert.equal(badDebt, 0);
    assert.equal(liquidations, 0);
    assert.ok(collateralHours > 0.8 * notionalHours);
  });

  it("behavior: less collateral is more bad debt, and none was locked for nothing", () => {
    const rhos = [200, 500, 1_000, 4_000];
    const policies = rhos.map((rho) => staticPolicy(rho, BED_TERMS));
    const totals = runVaults({ hours: HOURS, plan: PLAN, terms: BED_TERMS, policies }).map(totalsOf);
    totals.slice(1).forEach((total, place) => {
      const before = totals[place];
      assert.ok(before && total.badDebt <= before.badDebt);
      assert.ok(total.collateralHours / total.notionalHours > before.collateralHours / before.notionalHours);
    });
    assert.ok((totals[0]?.badDebt ?? 0) > 0);
  });

  it("behavior: nothing before a time depends on what comes after it", () => {
    const cut = 24 * 9;
    const cutSec = START_SEC + cut * HOUR;
    const noise = seededHours(HOURS.length, "noise").map((hour, place) =>
      place < cut ? (HOURS[place] ?? hour) : hour,
    );
    const plan = PLAN.filter(({ openSec }) => openSec < cutSec);
    const [before, after] = [runBed(HOURS, plan), runBed(noise, plan)];
    before.forEach((vault, place) => {
      const other = after[place];
      assert.ok(other);
      // Whether a liquidation was wrongful is known at expiry only.
      const known = (days: ReturnType<typeof daysBefore>) =>
        days.map(([daySec, { wrongful: _wrongful, liquidations: _liquidations, ...counts }]) => [daySec, counts]);
      assert.ok(daysBefore(vault, cutSec).length > 7);
      assert.deepEqual(known(daysBefore(vault, cutSec)), known(daysBefore(other, cutSec)));
      assert.notDeepEqual(totalsOf(vault), totalsOf(other));
    });
  });

  it("behavior: equal seeds give equal lives, other seeds others", () => {
    const first = livedVaults().map(totalsOf);
    const [again, other] = [openingsOf(HOURS), openingsOf(HOURS, "other")].map((plan) =>
      runBed(HOURS, plan).map(totalsOf),
    );
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
  });

  it("behavior: a fall through the collateral at once leaves its whole depth as bad debt", () => {
    // M = 0 + 12 % of min(K, S) = 4 560 USD; the put owes 8 000 at the end, and no keeper pays for what is worth less.
    const vault = runOne(scripted(24 * 3, { 20: 30_000 }), 1_000);
    const { badDebt, liquidations } = totalsOf(vault);
    assert.equal(badDebt, 8_000 - 4_560);
    assert.equal(liquidations, 0);
    assert.equal(vault.ledger.flows.get("put")?.settled, 4_560_000_000n);
  });

  it("behavior: a slow fall is liquidated before it is bad debt; the liquidation is wrongful if the price comes back", () => {
    const slow = Object.fromEntries(Array.from({ length: 20 }, (_, step) => [20 + step, 40_000 - 400 * (step + 1)]));
    const fallen = totalsOf(runOne(scripted(24 * 3, slow), 1_000));
    assert.equal(fallen.badDebt, 0);
    assert.equal(fallen.liquidations, 1);
    assert.ok(fallen.charge > 0 && fallen.liquidatedNotional > 0);
    assert.equal(fallen.wrongful, 0, "4 560 USD would not have covered the 6 000 that were owed in the end");
    const recovered = totalsOf(runOne(scripted(24 * 3, { ...slow, 40: 40_000 }), 1_000));
    assert.equal(recovered.wrongful, 1);
  });

  it("behavior: a prompt writer keeps his short out of an auction that others lose it in", () => {
    const slow = Object.fromEntries(Array.from({ length: 10 }, (_, step) => [20 + step, 40_000 - 300 * (step + 1)]));
    const hours = scripted(24 * 3, slow);
    assert.equal(totalsOf(runOne(hours, 600)).liquidations, 1);
    assert.equal(totalsOf(runOne(hours, 600, { diligence: "prompt" })).liquidations, 0);
  });

  it("behavior: nobody liquidates what costs more than it pays", () => {
    // 20 USD of notional: gas alone is more than the equity.
    const size = { size: 0.0005, sizeE8: 50_000n };
    const terms = { ...BED_TERMS, minCollateral: { call: 1n, put: 1n } };
    const slow = Object.fromEntries(Array.from({ length: 20 }, (_, step) => [20 + step, 40_000 - 400 * (step + 1)]));
    const request = { hours: scripted(24 * 3, slow), plan: [plannedShort(size)], terms };
    const [vault] = runVaults({ ...request, policies: [staticPolicy(1_000, terms)] });
    assert.ok(vault);
    assert.equal(totalsOf(vault).liquidations, 0);
    assert.ok(totalsOf(vault).badDebt >= 0);
  });
});
