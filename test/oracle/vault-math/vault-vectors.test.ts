/** The committed vectors are what the rules answer now, and they reach every branch. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { sizeUp } from "../../../oracle/rules/liquidation.ts";
import { healthWadDown, WAD } from "../../../oracle/rules/margin.ts";
import { CASE_COUNT, renderVaultVectors, vaultVectorCase } from "../../../scripts/generate/vault-vector-cases.ts";

const LEAST_PER_BRANCH = 100;
/** Hashing all cases takes a second alone, more beside other work. */
const TIMEOUT_MS = 20_000;

describe("renderVaultVectors", () => {
  it("default: equals the committed file", () => {
    const committed = readFileSync(new URL("../../vectors/vault/VaultVectors.sol", import.meta.url), "utf8");
    assert.equal(renderVaultVectors(), committed);
  }).timeout(TIMEOUT_MS);

  it("behavior: every branch is drawn at least a hundred times", () => {
    const seen = new Map<string, number>();
    for (let index = 0; index < CASE_COUNT; index += 1) {
      for (const branch of branchesOf(index)) seen.set(branch, (seen.get(branch) ?? 0) + 1);
    }
    assert.equal(seen.size, 10);
    for (const [branch, times] of seen) assert.ok(times >= LEAST_PER_BRANCH, `${branch}: ${times}`);
  }).timeout(TIMEOUT_MS);
});

/** Names of the branches that a case takes. */
function branchesOf(index: number): readonly string[] {
  const { payoff, distress, clock } = vaultVectorCase(index);
  const closableE8 = sizeUp(distress);
  return [
    nameOfHealth(healthWadDown(payoff, distress)),
    clock.elapsedSec < clock.orderlySec ? "orderly" : "late",
    payoff.intrinsicE8 === 0n ? "out of the money" : "in the money",
    closableE8 === 0n ? "none" : nameOfPart(closableE8, distress.sizeE8),
  ];
}

function nameOfHealth(healthWad: bigint): string {
  if (healthWad < 0n) return "insolvent";
  return healthWad < WAD ? "distressed" : "healthy";
}

function nameOfPart(closableE8: bigint, sizeE8: bigint): string {
  return closableE8 === sizeE8 ? "whole" : "part";
}
