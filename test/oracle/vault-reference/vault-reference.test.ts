/** The vault as deployed against an independent model of it: random sequences of calls, equal to the unit after every call. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Deployment, deploySystem } from "../../helpers/reference/deployment.ts";
import { generateSequence } from "../../helpers/reference/generate.ts";
import { type Bench, openBench, printCall, replay, shrink, type Tallies } from "../../helpers/reference/replay.ts";

/** `ci` runs with every test; `deep` is for nights. */
const PROFILES = {
  ci: { sequences: 300, calls: 55, compareEvery: 5, timeoutMs: 600_000 },
  deep: { sequences: 1_700, calls: 60, compareEvery: 5, timeoutMs: 7_200_000 },
};
const profile = process.env.PLIMSOLL_TEST_PROFILE === "deep" ? PROFILES.deep : PROFILES.ci;
const SEED = process.env.PLIMSOLL_REFERENCE_SEED ?? "vault-reference-1";
/** Less often tried, a kind says nothing by its share. */
const LEAST_TRIED = 4;

describe("OptionVault and its reference model", () => {
  let deployment: Deployment;
  let bench: Bench;
  const tallies: Tallies = new Map();

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
      const difference = await replay(bench, calls, tallies);
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

  it("behavior: calls that are meant to succeed do, and every kind of call is tried", () => {
    for (const [kind, { tried, passed, meant, meantPassed }] of [...tallies].sort(([left], [right]) =>
      left < right ? -1 : 1,
    )) {
      console.log(`        ${kind.padEnd(18)} ${passed}/${tried}, meant ${meantPassed}/${meant}`);
      assert.ok(meantPassed * 2 >= meant, `${kind}: ${meantPassed} of ${meant} went through`);
      assert.ok(meantPassed >= LEAST_TRIED, `${kind}: only ${meantPassed} went through`);
    }
  });
});
