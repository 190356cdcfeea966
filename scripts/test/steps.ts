/** The steps of the tests, and which wait for which. */
import type { Step } from "./run-steps.ts";

/** Programs that the steps run, as arguments of node. */
export interface Tools {
  readonly hardhat: string;
  readonly mocha: string;
}

/** The build of what is deployed, with the IR pipeline: integration and unit tests read its artifacts. */
const BUILD = "build";
const BUILD_TESTS = "build of the Solidity tests";

/**
 * Steps in the order in which they should begin. The two compilers take most of the time with a single thread each, so they
 * come first and together. Integration tests, one at a time, wait for servers and chains more than they compute, so that the unit
 * tests, two at a time, run beside them.
 */
export function stepsOf(node: string, { hardhat, mocha }: Tools): readonly Step[] {
  const testConfig = ["--config", "hardhat.test.config.ts"];
  const env = "--env-file=scripts/defaults.env";
  const step = (name: string, command: readonly string[], rest: Omit<Step, "name" | "command">): Step => ({
    name,
    command: [node, ...command],
    ...rest,
  });
  return [
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
    step("unit tests", [env, mocha, "--config", ".mocharc.unit.json"], { after: [BUILD], cores: 1, counts: true }),
  ];
}
