/** The TypeScript rules against the Solidity libraries, to the bit, on generated cases in an in-process network. */
import assert from "node:assert/strict";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import { bytesToHex, concat, type Hex, hexToBytes, isHex, numberToHex, size } from "viem";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { ENTRY_OUTCOMES } from "../../../oracle/rules/entry-outcome.ts";
import { copiedWord, mergedWord, reclassedWord } from "../../../oracle/rules/risk-life.ts";
import { effectiveParams, maintenanceOf, openingParams, PARAM_STATUSES } from "../../../oracle/rules/risk-reading.ts";
import { UNKNOWN_WORD } from "../../../oracle/rules/risk-word.ts";
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
    for (const outcome of ENTRY_OUTCOMES) assert.ok((outcomes.get(outcome) ?? 0) >= LEAST_PER_OUTCOME, outcome);
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
    for (const batch of batches(readingCases())) {
      const results = await readBatch(classes, concat(batch.map(packReadingCase)));
      assert.equal(results, concat(batch.map(packReadingResult)));
    }
  });

  it("behavior: equal words after a split, a merger and a change of class", async () => {
    for (const batch of batches(readingCases())) {
      const results = await liveBatch(classes, concat(batch.map(packLifeCase)));
      assert.equal(results, concat(batch.map(packLifeResult)));
    }
  });
});

function packLifeCase({ classIndex, word, quantileWord, nowSec }: ReadingCase): Hex {
  return fixed([
    [classIndex, 2],
    [(classIndex + nowSec) % classes.length, 2],
    [word, 32],
    [quantileWord, 32],
    [nowSec, 5],
  ]);
}

function packLifeResult({ classIndex, word, quantileWord, nowSec }: ReadingCase): Hex {
  const classId = (classIndex + nowSec) % classes.length;
  const [oldClass, newClass] = [classes[classIndex], classes[classId]];
  assert.ok(oldClass !== undefined && newClass !== undefined);
  const words = [
    reclassedWord(word, { oldClass, newClass, classId, nowSec }),
    copiedWord(word),
    mergedWord(word, quantileWord),
  ];
  return fixed(words.map((value) => [value, 32]));
}

function asHex(value: unknown): Hex {
  assert.ok(isHex(value));
  return value;
}

interface ReadingCase {
  readonly classIndex: number;
  readonly word: bigint;
  readonly quantileWord: bigint;
  readonly nowSec: number;
}

function readingCases(): readonly ReadingCase[] {
  const rng = createRng(`${SEED}/reading`);
  return cases.map(({ classIndex, expected, appliedAtSec }, index) => {
    const later = rng.integer(3) === 0 ? rng.integer(100_000) : rng.integer(8_000);
    const quantileWord = rng.integer(8) === 0 ? UNKNOWN_WORD : (cases[index - 1]?.expected.word ?? UNKNOWN_WORD);
    return { classIndex, word: expected.word, quantileWord, nowSec: appliedAtSec + later };
  });
}

function fixed(values: readonly (readonly [number | bigint, number])[]): Hex {
  return concat(values.map(([value, bytes]) => numberToHex(value, { size: bytes })));
}

function packRuleCase({ classIndex, word, entry, observedAtSec, appliedAtSec }: RuleCase): Hex {
  const { epoch, rhoBps, piBps, score } = entry;
  const values = [epoch, rhoBps, piBps, score].map((value): [number, number] => [value, 2]);
  return fixed([[classIndex, 2], [word, 32], ...values, [observedAtSec, 5], [appliedAtSec, 5]]);
}

function packRuleResult({ expected }: RuleCase): Hex {
  return fixed([
    [ENTRY_OUTCOMES.indexOf(expected.outcome), 1],
    [expected.word, 32],
  ]);
}

function packReadingCase({ classIndex, word, quantileWord, nowSec }: ReadingCase): Hex {
  return fixed([
    [classIndex, 2],
    [word, 32],
    [quantileWord, 32],
    [nowSec, 5],
  ]);
}

function packReadingResult({ classIndex, word, quantileWord, nowSec }: ReadingCase): Hex {
  const riskClass = classes[classIndex];
  assert.ok(riskClass !== undefined);
  const params = effectiveParams(word, { riskClass, quantileWord, nowSec });
  const opening = openingParams(quantileWord, { riskClass, nowSec });
  const { rhoBps, rhoTargetBps, rhoInitialBps, piBps, score, classId, epoch } = params;
  const short = [rhoBps, rhoTargetBps, rhoInitialBps, piBps, score, classId, epoch];
  return fixed([
    ...short.map((value): [number, number] => [value, 2]),
    [params.observedAt, 5],
    [params.validUntil, 5],
    [PARAM_STATUSES.indexOf(params.status), 1],
    [opening.rhoInitialBps, 2],
    [opening.piBps, 2],
    ...packMaintenance(word, riskClass, nowSec),
  ]);
}

/** The zero word has no maintenance: the chain refuses to read it. */
function packMaintenance(word: bigint, riskClass: RiskClass, nowSec: number): readonly (readonly [number, number])[] {
  if (word === UNKNOWN_WORD) return [0, 0, 0].map((value) => [value, 2]);
  const { rhoBps, piBps, rhoBeforeBps } = maintenanceOf(word, { riskClass, nowSec });
  return [rhoBps, piBps, rhoBeforeBps].map((value) => [value, 2]);
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
