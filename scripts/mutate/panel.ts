/** In which order tests try to kill a mutant. */
import type { Mutant } from "./mutation.ts";
import type { TestSuite } from "./runner.ts";

/** A test that killed a mutant, to be tried alone. */
interface Killer {
  readonly member: PanelMember;
  readonly pattern: string;
}

/** So many tests are tried alone before the suites. */
const MAX_KILLERS = 4;

/** Tries a mutant. @returns the test that failed, as "Suite.test"; undefined for a survivor */
export type Panel = (mutant: Mutant) => Promise<string | undefined>;

/**
 * Runs tests until one fails: first, alone, those that killed other mutants of the same function, the latest first, then
 * whole suites, those first that have killed most for their time.
 *
 * @throws RangeError when a suite fails with the unchanged code
 */
export async function openPanel(suites: readonly TestSuite[]): Promise<Panel> {
  const members: PanelMember[] = [];
  for (const suite of suites) members.push(await judged(suite));
  const killersByFunction = new Map<string, readonly Killer[]>();
  return async ({ id, file, functionName }) => {
    const place = `${file} ${functionName}`;
    const known = killersByFunction.get(place) ?? [];
    const remember = (killer: Killer): void => {
      const others = known.filter((other) => other !== killer);
      killersByFunction.set(place, [killer, ...others].slice(0, MAX_KILLERS));
    };
    for (const killer of known) {
      const { suite, gasLimit } = killer.member;
      const [first] = (await suite.run(id, gasLimit, killer.pattern)).failed;
      if (first === undefined) continue;
      remember(killer);
      return `${first.suite}.${first.test}`;
    }
    for (const member of members.toSorted((left, right) => worth(right) - worth(left))) {
      const { failed } = await member.suite.run(id, member.gasLimit);
      const first = failed.find(({ test }) => !FUZZ.test(test)) ?? failed[0];
      if (first === undefined) continue;
      member.kills += 1;
      remember({ member, pattern: patternOf(first.test, member.suite) });
      return `${first.suite}.${first.test}`;
    }
    return undefined;
  };
}

/** Fuzz tests take longer than others that fail too. */
const FUZZ = /^testFuzz/;

/** Pattern of one test; any of the suite where it is `setUp` that fails. */
function patternOf(test: string, { tests }: TestSuite): string {
  const name = test.split("(")[0] ?? test;
  return `^${name === "setUp" ? (tests.find((other) => other.startsWith("test")) ?? name) : name}(\\(|$)`;
}

interface PanelMember {
  readonly suite: TestSuite;
  readonly durationMs: number;
  readonly gasLimit: bigint;
  kills: number;
}

function worth({ kills, durationMs }: PanelMember): number {
  return (kills + 1) / durationMs;
}

const GAS_FACTOR = 2n;

/**
 * Times a suite on the unchanged code, which must pass, and finds a gas limit for the mutants: what the tests themselves
 * used says nothing about setUp, so the limit is doubled until the suite passes under it.
 */
async function judged(suite: TestSuite): Promise<PanelMember> {
  const startedAt = performance.now();
  const { failed, gas } = await suite.run(0);
  const durationMs = performance.now() - startedAt;
  const [broken] = failed;
  if (broken !== undefined) {
    throw new RangeError(`The unchanged code fails ${broken.suite}.${broken.test}: ${broken.reason}. Mend that first.`);
  }
  let gasLimit = LEAST_GAS_LIMIT + GAS_FACTOR * gas;
  while ((await suite.run(0, gasLimit)).failed.length > 0) gasLimit *= GAS_FACTOR;
  return { suite, durationMs, gasLimit, kills: 0 };
}

const LEAST_GAS_LIMIT = 2_000_000n;
