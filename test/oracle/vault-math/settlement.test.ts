/** Settlement arithmetic against exact fractions made outside this language, and its properties on random series. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "mocha";
import { z } from "zod";
import { payoffAt } from "../../../oracle/rules/margin.ts";
import { coverDown, redemptionDown, settlementShares, worstShortfallUp } from "../../../oracle/rules/settlement.ts";

const integer = z.string().regex(/^\d+$/).transform(BigInt);
const shares = z.strictObject({ owed: integer, paid: integer, refund: integer, bounty: integer });
const vectorSchema = z.array(
  z.strictObject({
    isPut: z.boolean(),
    decimals: z.coerce.number().int(),
    strikeE8: integer,
    priceE8: integer,
    bountyOffered: integer,
    positions: z.array(z.strictObject({ sizeE8: integer, collateral: integer })),
    fund: z.strictObject({ free: integer, cap: integer }),
    settledBeforeOpening: z.coerce.number().int(),
    amounts: z.array(integer),
    shares: z.array(shares),
    pot: integer,
    owed: integer,
    worst: integer,
    cover: integer,
    payouts: z.array(integer),
    dust: integer,
  }),
);
type SettlementVector = z.infer<typeof vectorSchema>[number];

const VECTORS = vectorSchema.parse(
  JSON.parse(readFileSync(new URL("../../vectors/vault/settlement.json", import.meta.url), "utf8")),
);
const LEAST_PER_BRANCH = 20;
const PUT_2_DOLLARS = payoffAt({ isPut: true, strikeE8: 10n ** 9n, priceE8: 8n * 10n ** 8n, decimals: 6 });

describe("settlement", () => {
  it("default: equals every committed vector", () => {
    for (const vector of VECTORS) assert.deepEqual(replay(vector), expected(vector));
  });

  it("behavior: the vectors reach every branch", () => {
    const seen = new Map<string, number>();
    for (const vector of VECTORS) {
      const branch = branchOf(vector);
      seen.set(branch, (seen.get(branch) ?? 0) + 1);
    }
    assert.deepEqual([...seen.keys()].sort(), ["covered in full", "covered in part", "paid in full", "worthless"]);
    for (const [branch, times] of seen) assert.ok(times >= LEAST_PER_BRANCH, `${branch}: ${times}`);
  });

  it("behavior: a worthless series pays and misses nothing", () => {
    const payoff = payoffAt({ isPut: true, strikeE8: 1n, priceE8: 1n, decimals: 18 });
    assert.deepEqual(settlementShares(payoff, { sizeE8: 5n, collateral: 40n, bountyOffered: 9n }), {
      owed: 0n,
      paid: 0n,
      refund: 38n,
      bounty: 2n,
    });
    assert.equal(redemptionDown(payoff, 5n, { pot: 0n, owed: 0n }), 0n);
    assert.equal(worstShortfallUp(payoff, { sizeE8: 5n, count: 3n, missing: 0n }), 0n);
  });

  it("behavior: C51 a million small redemptions get no more than one", () => {
    const debt = { pot: 999_999n, owed: 2_000_000n };
    const whole = redemptionDown(PUT_2_DOLLARS, 10n ** 8n, debt);
    assert.ok(redemptionDown(PUT_2_DOLLARS, 100n, debt) * 10n ** 6n <= whole);
  });

  it("behavior: splitting a redemption never pays more, and payouts never exceed the pot", () => {
    const part = fc.bigInt({ min: 0n, max: 10n ** 12n });
    fc.assert(
      fc.property(part, part, part, (left, right, potSeed) => {
        const owed = settlementShares(PUT_2_DOLLARS, { sizeE8: left + right, collateral: 0n, bountyOffered: 0n }).owed;
        const debt = { pot: potSeed % (owed + 1n), owed };
        const both = redemptionDown(PUT_2_DOLLARS, left, debt) + redemptionDown(PUT_2_DOLLARS, right, debt);
        assert.ok(both <= redemptionDown(PUT_2_DOLLARS, left + right, debt));
        assert.ok(both <= debt.pot || owed === 0n);
      }),
    );
  });
});

function replay(vector: SettlementVector) {
  const payoff = payoffAt(vector);
  const settled = vector.positions.map((position) =>
    settlementShares(payoff, { ...position, bountyOffered: vector.bountyOffered }),
  );
  const early = settled.slice(0, vector.settledBeforeOpening);
  const unsettled = vector.positions.slice(vector.settledBeforeOpening);
  const pot = sum(settled.map(({ paid }) => paid));
  const owed = sum(settled.map((share) => share.owed));
  const cover = coverDown(owed - pot, vector.fund);
  const payouts = vector.amounts.map((amount) => redemptionDown(payoff, amount, { pot: pot + cover, owed }));
  const worst = worstShortfallUp(payoff, {
    sizeE8: sum(unsettled.map(({ sizeE8 }) => sizeE8)),
    count: BigInt(unsettled.length),
    missing: sum(early.map((share) => share.owed - share.paid)),
  });
  return { shares: settled, pot, owed, worst, cover, payouts, dust: pot + cover - sum(payouts) };
}

function expected({ shares: settled, pot, owed, worst, cover, payouts, dust }: SettlementVector) {
  return { shares: settled, pot, owed, worst, cover, payouts, dust };
}

function branchOf({ owed, pot, cover }: SettlementVector): string {
  if (owed === 0n) return "worthless";
  if (owed === pot) return "paid in full";
  return owed === pot + cover ? "covered in full" : "covered in part";
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
