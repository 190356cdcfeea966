/** The vault as deployed against an independent model of it: random sequences of calls, equal to the unit after every call. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { openCoverage, SITUATIONS } from "../../helpers/reference/coverage.ts";
import { type Deployment, deploySystem } from "../../helpers/reference/deployment.ts";
import { generateSequence } from "../../helpers/reference/generate.ts";
import { type Bench, openBench, printCall, replay, shrink } from "../../helpers/reference/replay.ts";

/** `ci` runs with every test; `deep` is `npm run test:reference:deep`. */
const PROFILES = {
  ci: { sequences: 300, calls: 60, compareEvery: 5, timeoutMs: 600_000 },
  deep: { sequences: 1_700, calls: 60, compareEvery: 5, timeoutMs: 7_200_000 },
};
const profile = process.env.PLIMSOLL_TEST_PROFILE === "deep" ? PROFILES.deep : PROFILES.ci;
const SEED = process.env.PLIMSOLL_REFERENCE_SEED ?? "vault-reference-1";
/** Kinds, refusals and situations that come up less often say nothing. */
const LEAST_PASSED = 10;
const LEAST_SEEN = 3;
const LEAST_REFUSALS = 50;

describe("OptionVault and its reference model", () => {
  let deployment: Deployment;
  let bench: Bench;
  const coverage = openCoverage();

  before(async () => {
    deployment = await deploySystem();
    bench = await openBench(deployment, profile.compareEvery);
  });

  after(async () => await deployment.close());

  it("behavior: invariant 36, every random sequence ends in the same state to the unit", async () => {
    const startedAt = performance.now();
    for (let index = 0; index < profile.sequences; index += 1) {
      const seed = `${SEED}/${index}`;
      const calls = generateSequence(deployment.world, seed, profile.calls);
      const difference = await replay(bench, calls, coverage);
      if (difference === null) continue;
      const shrunk = await shrink(bench, calls);
      const story = shrunk.map((call) => `  ${printCall(call)}`).join("\n");
      assert.fail(
        `seed ${seed}, call ${difference.index}: ${difference.problem}\nshrunk to ${shrunk.length} calls:\n${story}`,
      );
    }
    const calls = profile.sequences * profile.calls;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`        ${profile.sequences} sequences, ${calls} calls in ${seconds} s`);
  }).timeout(profile.timeoutMs);

  it("behavior: invariant 11, at one price no call lets anybody gain", () => {
    assert.deepEqual(coverage.gains, []);
  });

  it("behavior: every kind of call is tried, and those meant to succeed do", () => {
    for (const [kind, { tried, passed, meant, meantPassed }] of sorted(coverage.kinds)) {
      console.log(`        ${kind.padEnd(18)} ${passed} of ${tried}, meant ${meantPassed} of ${meant}`);
      assert.ok(meantPassed * 2 >= meant, `${kind}: ${meantPassed} of ${meant} went through`);
      assert.ok(meantPassed >= LEAST_PASSED, `${kind}: only ${meantPassed} went through`);
    }
  });

  it("behavior: the refusals and situations that the rules distinguish come up", () => {
    for (const [code, times] of sorted(coverage.refusals)) console.log(`        ${code.padEnd(30)} ${times}`);
    for (const name of Object.keys(SITUATIONS)) {
      const times = coverage.situations.get(name) ?? 0;
      console.log(`        ${name.padEnd(48)} ${times}`);
    }
    const rare = Object.keys(SITUATIONS).filter((name) => (coverage.situations.get(name) ?? 0) < LEAST_SEEN);
    assert.deepEqual(rare, []);
    assert.ok(coverage.refusals.size >= LEAST_REFUSALS, `only ${coverage.refusals.size} reasons of refusals`);
  });
});

function sorted<Value>(counts: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1));
}
