/** The steps of the tests and of the whole judgement, and which wait for which. */
import type { Step } from "./run-steps.ts";

/** Programs that the steps run, as arguments of node. */
export interface Tools {
  readonly hardhat: string;
  readonly mocha: string;
}

/** What can be asked for: the tests, or tests and checks. */
export const STEP_SETS = ["test", "all"] as const;
/** One of {@link STEP_SETS}. */
export type StepSet = (typeof STEP_SETS)[number];

/** The build of what is deployed, with the IR pipeline: integration tests and types of the checks read its artifacts. */
const BUILD = "build";
const BUILD_TESTS = "build of the Solidity tests";

/**
 * Steps in the order in which they should begin. The two compilers take most of the time with a single thread each, so they
 * come first and together. Integration tests, one at a time, have a core beside what needs no servers; the unit tests take
 * both cores and come last.
 */
export function stepsOf(set: StepSet, node: string, { hardhat, mocha }: Tools): readonly Step[] {
  const testConfig = ["--config", "hardhat.test.config.ts"];
  const env = "--env-file=scripts/defaults.env";
  const step = (name: string, command: readonly string[], rest: Omit<Step, "name" | "command">): Step => ({
    name,
    command: [node, ...command],
    ...rest,
  });
  const tests = [
    step(BUILD_TESTS, [hardhat, ...testConfig, "build", "--quiet"], { after: [], cores: 1, counts: false }),
    step(BUILD, [hardhat, "build", "--no-tests", "--quiet"], { after: [], cores: 1, counts: false }),
    step("integration tests", [env, mocha, "--config", ".mocharc.integration.json"], {
      after: [BUILD],
      cores: 1,
      counts: true,
    }),
    step("Solidity tests", [hardhat, ...testConfig, "test", "solidity"], {
      after: [BUILD_TESTS],
      cores: 1,
      counts: true,
    }),
    step("unit tests", [env, mocha, "--config", ".mocharc.unit.json"], { after: [BUILD], cores: 2, counts: true }),
  ];
  if (set === "test") return tests;
  const checks = step("checks", ["scripts/checks/run.mjs"], { after: [BUILD], cores: 1, counts: true });
  return [...tests.slice(0, -1), checks, ...tests.slice(-1)];
}
