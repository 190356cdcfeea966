/** Attacks on prices, played many times around seeded paths: noticed within ten rounds or not, followed or not. */
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import type { FeedAttackName } from "../../feed-attacks/feed-attacks.ts";
import { type AttackOutcome, runFeedAttack } from "../../feed-attacks/run-feed-attack.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import type { Benchmark } from "../run-benchmarks.ts";

const PLAYS = 60;
const ROUNDS = 240;
const HONEST_ROUNDS = 120;
const STEP_SEC = 60;
const SOURCES = 5;
/** Rounds within which an attack must be noticed; a ramp of 2 bp a round has moved 20 bp by then. */
const DELAY = 15;
const LIMIT = 0.98;
/** Annual volatility of 80 %, a minute. */
const STEP_DEVIATION = 0.0011;

/** One bad source of five. */
export function benchPriceAttack(attack: FeedAttackName): Benchmark {
  return () => Promise.resolve(playMany(attack, 1));
}

/** Several sources that shift together; a minority must not move the price, a majority must freeze it. */
export function benchCollusion(bad: number): Benchmark {
  return () => Promise.resolve(playMany("offset", bad));
}

function playMany(attack: FeedAttackName, bad: number): BenchResult {
  const outcomes = Array.from({ length: PLAYS }, (_, play) =>
    playOnce({ attack, bad }, createRng(`trust/${attack}/${bad}/${play}`)),
  );
  const clean = Array.from({ length: PLAYS }, (_, play) =>
    playOnce({ attack, bad: 0 }, createRng(`trust/clean/${play}`)),
  );
  const share = (of: readonly AttackOutcome[], count: (outcome: AttackOutcome) => number): number =>
    of.reduce((sum, outcome) => sum + count(outcome), 0) / of.reduce((sum, { rounds }) => sum + rounds, 0);
  const noticed = outcomes.filter(({ delay }) => delay !== null && delay <= DELAY).length / PLAYS;
  return judge(
    noticed,
    { limit: LIMIT, unit: "share of attacks noticed", passes: "at-least" },
    {
      plays: PLAYS,
      badSources: bad,
      sources: SOURCES,
      medianDelayRounds: middle(outcomes.map(({ delay }) => delay ?? Number.NaN)),
      followedShare: rounded(share(outcomes, ({ followed }) => followed)),
      vetoShare: rounded(share(outcomes, ({ vetoed }) => vetoed)),
      falseVetoRate: rounded(share(clean, ({ vetoed }) => vetoed)),
    },
  );
}

function playOnce({ attack, bad }: { readonly attack: FeedAttackName; readonly bad: number }, rng: Rng): AttackOutcome {
  let price = 100_000;
  const truth = Array.from({ length: HONEST_ROUNDS + ROUNDS }, () => {
    price *= Math.exp(STEP_DEVIATION * rng.normal());
    return price;
  });
  return runFeedAttack({ truth, stepSec: STEP_SEC, sources: SOURCES, bad, attack, fromRound: HONEST_ROUNDS }, rng);
}

function middle(values: readonly number[]): number | null {
  const sorted = values.filter(Number.isFinite).toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
