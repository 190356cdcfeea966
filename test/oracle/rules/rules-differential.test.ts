/** The TypeScript rules against the Solidity libraries, to the bit, on generated cases in an in-process network. */
import assert from "node:assert/strict";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import { bytesToHex, concat, type Hex, hexToBytes, isHex, size } from "viem";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { ENTRY_OUTCOMES } from "../../../oracle/rules/entry-outcome.ts";
import {
  packLifeCase,
  packLifeResult,
  packReadingCase,
  packReadingResult,
  packRuleCase,
  packRuleResult,
  readingCasesOf,
} from "../../../scripts/generate/rule-packing.ts";
import { generateRuleCases, type RuleCase } from "../../../scripts/generate/rules-vectors.ts";

const CASES = 16_000;
const SEED = "rules-differential-1";
/** Cases of one call: keeps each below the block gas limit of the network. */
const BATCH = 150;
const LEAST_PER_OUTCOME = 100;
const LEAST_PER_AIM = 50;

const { classes, cases } = generateRuleCases(CASES, SEED);

type Batch = (classes: readonly RiskClass[], packed: Hex) => Promise<Hex>;

describe("rules against Solidity", () => {
  let applyBatch: Batch;
  let readBatch: Batch;
  let liveBatch: Batch;

  before(async () => {
    const { viem } = await hre.network.create("local");
    const { address } = await viem.deployContract("RulesHarness");
    const client = await viem.getPublicClient();
    const { abi } = await hre.artifacts.readArtifact("RulesHarness");
    const call = (functionName: "applyBatch" | "readBatch" | "liveBatch"): Batch => {
      return async (used, packed) =>
        asHex(await client.readContract({ address, abi, functionName, args: [used, packed] }));
    };
    applyBatch = call("applyBatch");
    readBatch = call("readBatch");
    liveBatch = call("liveBatch");
  });

  it("behavior: every outcome occurs often, every bound is met at -1, 0 and +1", () => {
    const outcomes = countBy(cases.map(({ expected }) => expected.outcome));
    // The breaker pauses loosening after the rules have had their say: no rule answers so.
    const ofRules = ENTRY_OUTCOMES.filter((outcome) => outcome !== "LOOSENING_PAUSED");
    for (const outcome of ofRules) assert.ok((outcomes.get(outcome) ?? 0) >= LEAST_PER_OUTCOME, outcome);
    for (const [aim, count] of countBy(cases.flatMap(({ aims }) => aims))) assert.ok(count >= LEAST_PER_AIM, aim);
    console.log(`        ${JSON.stringify(Object.fromEntries(outcomes))}`);
  });

  it("behavior: equal outcomes and words", async () => {
    for (const batch of batches(cases)) {
      const results = await applyBatch(classes, concat(batch.map(packRuleCase)));
      const expected = concat(batch.map(packRuleResult));
      assert.equal(size(results), size(expected));
      if (results !== expected) assert.fail(firstDifference(batch, hexToBytes(results)));
    }
  });

  it("behavior: equal effective and opening parameters", async () => {
    for (const batch of batches(readingCasesOf(cases, `${SEED}/reading`))) {
      const results = await readBatch(classes, concat(batch.map(packReadingCase)));
      assert.equal(results, concat(batch.map((item) => packReadingResult(item, classes))));
    }
  });

  it("behavior: equal words after a split, a merger and a change of class", async () => {
    for (const batch of batches(readingCasesOf(cases, `${SEED}/reading`))) {
      const packed = batch.map((item) => packLifeCase(item, classes));
      const results = await liveBatch(classes, concat(packed));
      assert.equal(results, concat(batch.map((item) => packLifeResult(item, classes))));
    }
  });
});

function asHex(value: unknown): Hex {
  assert.ok(isHex(value));
  return value;
}

function firstDifference(batch: readonly RuleCase[], results: Uint8Array): string {
  const at = batch.findIndex(
    (item, index) => bytesToHex(results.slice(index * 33, index * 33 + 33)) !== packRuleResult(item),
  );
  const text = (_key: string, value: unknown): unknown =>
    typeof value === "bigint" ? `0x${value.toString(16)}` : value;
  const actual = bytesToHex(results.slice(at * 33, at * 33 + 33));
  return `case ${at}: ${JSON.stringify(batch[at], text)} in Solidity ${actual}`;
}

function* batches<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}

function countBy(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
