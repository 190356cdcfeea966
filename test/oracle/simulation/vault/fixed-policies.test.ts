/** The constant ratio and the exchange formula, against numbers computed by hand. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { exchangePolicy, staticPolicy } from "../../../../oracle/simulation/vault/fixed-policies.ts";
import type { MarginPolicy } from "../../../../oracle/simulation/vault/margin-policy.ts";
import { momentAt } from "../../../../oracle/simulation/vault/market-moment.ts";
import { createVault, openShort } from "../../../../oracle/simulation/vault/vault-book.ts";
import { BED_TERMS, hourAt, plannedShort, START_SEC } from "./vault-bed.ts";

const HOUR = hourAt(0, { open: 40_000 });
const MOMENT = momentAt(HOUR, { timeSec: START_SEC, price: 40_000 });

function opened(policy: MarginPolicy, change: Parameters<typeof plannedShort>[0] = {}) {
  const vault = createVault(policy, BED_TERMS);
  openShort(vault, plannedShort(change), MOMENT);
  const short = vault.shorts.get(0);
  assert.ok(short);
  return short;
}

describe("staticPolicy", () => {
  it("default: M = ρ(1 + β)·min(K, S) out of the money; π is the class default below ρ − δ", () => {
    const policy = staticPolicy(1_000, BED_TERMS);
    const short = opened(policy);
    assert.equal(short.collateral, 4_560_000_000n);
    assert.deepEqual(policy.maintenance(short, MOMENT), { rhoBps: 1_000, rhoBeforeBps: 1_000, piBps: 400 });
    const low = staticPolicy(300, BED_TERMS);
    assert.equal(low.maintenance(opened(low), MOMENT).piBps, 250);
  });

  it("behavior: never asks for more than full collateral", () => {
    assert.equal(opened(staticPolicy(9_900, BED_TERMS)).collateral, 38_000_000_000n);
  });
});

describe("exchangePolicy", () => {
  it("default: mark + scale · max(15 % − otm, 10 %) of spot, for puts in USD and for calls in coins", () => {
    const policy = exchangePolicy(0.5, BED_TERMS);
    // 5 % out of the money: 10 % of 40 000 · 0.5 = 2 000 USD over the mark, as a share of 38 000.
    const put = opened(policy);
    const mark = MOMENT.value(put.plan);
    assert.ok(mark > 50 && mark < 1_000);
    assert.equal(policy.maintenance(put, MOMENT).rhoBps, Math.ceil(((mark + 2_000) / 38_000) * 10_000));
    assert.equal(policy.initial(put, MOMENT), Math.ceil(((mark + 2_400) / 38_000) * 10_000));
    const series = { marketId: 1, strikeE8: 40_000n * 10n ** 8n, expirySec: put.plan.expirySec, isPut: false };
    const call = opened(policy, { kind: "call", strike: 40_000, series, index: 0 });
    const at = momentAt(HOUR, { timeSec: START_SEC, price: 40_000 });
    const rho = policy.maintenance(call, at).rhoBps;
    assert.equal(rho, Math.ceil((at.value(call.plan) + 0.075) * 10_000));
  });

  it("behavior: asks for more the moment the price moves against the writer, never beyond 10 000", () => {
    const policy = exchangePolicy(1, BED_TERMS);
    const put = opened(policy);
    const rhos = [40_000, 36_000, 30_000, 20_000].map(
      (price) => policy.maintenance(put, momentAt(HOUR, { timeSec: START_SEC + 60, price })).rhoBps,
    );
    assert.ok(rhos.every((rho) => rho > 0 && rho <= 10_000));
    assert.ok((rhos[1] ?? 0) > (rhos[0] ?? 0));
  });
});
