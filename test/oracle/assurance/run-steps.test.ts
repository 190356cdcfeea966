/** Steps of the test run side by side: what waits, what fails, and that nothing that broke off counts as passed. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { z } from "zod";
import { runSteps, type Step, type StepOutput, type StepResult } from "../../../scripts/test/run-steps.ts";
import { stepsOf } from "../../../scripts/test/steps.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const specsSchema = z.object({ spec: z.array(z.string()) });

const PASSED: StepOutput = { code: 0, text: "" };

const step = (name: string, rest: Partial<Step> = {}): Step => ({
  name,
  command: ["node"],
  after: [],
  cores: 1,
  counts: false,
  ...rest,
});

/** Runs steps whose outputs are given; the log has "+name" where one begins and "-name" where it ends. */
async function run(steps: readonly Step[], outputs: Readonly<Record<string, StepOutput>> = {}, cores = 2) {
  const log: string[] = [];
  let time = 0;
  const results = await runSteps(steps, cores, {
    execute: async ({ name }) => outputs[name] ?? PASSED,
    now: () => {
      time += 1_000;
      return time;
    },
    onStart: ({ name }) => log.push(`+${name}`),
    onEnd: ({ step: { name } }: StepResult) => log.push(`-${name}`),
  });
  return { log, reasons: Object.fromEntries(results.map(({ step: { name }, reason }) => [name, reason])), results };
}

const runningAfter = (log: readonly string[]): readonly string[] =>
  log.filter((entry) => entry.startsWith("+") && !log.includes(entry.replace("+", "-"))).map((entry) => entry.slice(1));

describe("steps of the test run", () => {
  it("error: what exits with a code has failed, and what waits for it is not run; its neighbours are", async () => {
    const steps = [
      step("build"),
      step("lint"),
      step("tests", { after: ["build"] }),
      step("after tests", { after: ["tests"] }),
    ];
    const { log, reasons } = await run(steps, { build: { code: 3, text: "1 passing" } });
    assert.deepEqual(reasons, {
      build: "exit code 3",
      lint: "",
      tests: "not run without: build",
      "after tests": "not run without: tests",
    });
    assert.ok(!log.includes("+tests"));
  });

  it("error: what counts tests and ends without a summary has failed, though it exits with 0", async () => {
    const counted = step("tests", { counts: true });
    for (const text of [
      "",
      "  ✔ 12 passing by",
      "checks: 3 passing",
      "0 failing",
      "  0 passing (1ms)",
      "  12 passing\n  1 failing\n",
      "  12 passing\n  0 passing",
    ])
      assert.notEqual((await run([counted], { tests: { code: 0, text } })).reasons.tests, "", text);
    const red = `${String.fromCharCode(0x1b)}[92m`;
    for (const text of [
      "first\n  12 passing (3s)\n",
      `  ${red} 608 passing`,
      "a\n  3 failing of a stub\n  9 passing\n  0 failing",
    ])
      assert.equal((await run([counted], { tests: { code: 0, text } })).reasons.tests, "", text);
  });

  it("error: steps that wait for each other, or for one that there is not, fail instead of waiting for ever", async () => {
    const steps = [step("a", { after: ["b"] }), step("b", { after: ["a"] }), step("c", { after: ["none"] })];
    const { reasons } = await run(steps);
    assert.deepEqual(reasons, {
      a: "not run without: b",
      b: "not run without: a",
      c: "not run without: none",
    });
  });

  it("behavior: as many as there are cores run side by side; one that needs all runs alone", async () => {
    const steps = [step("a"), step("b"), step("c"), step("alone", { cores: 2 }), step("d")];
    for (const cores of [1, 2]) {
      const { log } = await run(steps, {}, cores);
      const together = log.map((_, at) => runningAfter(log.slice(0, at + 1)));
      assert.equal(Math.max(...together.map(({ length }) => length)), cores);
      for (const names of together) assert.ok(!names.includes("alone") || names.length === 1, names.join());
    }
  });

  it("default: times are those of the clock, and every step has one result", async () => {
    const { results } = await run([step("a")]);
    assert.deepEqual(
      results.map(({ seconds, code }) => [seconds, code]),
      [[1, 0]],
    );
  });

  it("behavior: the two halves have every test file, and none twice", () => {
    const halves = ["unit", "integration"].map((half) => readFileSync(`${ROOT}/.mocharc.${half}.json`, "utf8"));
    const specs = halves.flatMap((text) => specsSchema.parse(JSON.parse(text)).spec);
    const files = specs.flatMap((spec) => globSync(spec, { cwd: ROOT }));
    assert.deepEqual(files.toSorted(), globSync("test/**/*.test.ts", { cwd: ROOT }).toSorted());
  });

  it("behavior: no step waits for one that there is not, and whatever tests is counted", () => {
    const steps = stepsOf("node", { hardhat: "hardhat", mocha: "mocha" });
    const names = new Set(steps.map(({ name }) => name));
    for (const { after } of steps) assert.ok(after.every((name) => names.has(name)));
    const counted = steps.filter(({ counts }) => counts).map(({ name }) => name);
    assert.deepEqual(counted, ["integration tests", "Solidity tests", "unit tests"]);
  });
});
