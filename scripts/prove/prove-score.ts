/**
 * `npm run prove:score`: checks the score's guarantees on random pairs through the scoring stage. The last line of `--json` is
 * one JSON object; a broken guarantee, or one under which nothing ever moves, fails.
 */
import { Command } from "commander";
import { type Guarantee, type GuaranteeResult, SCORE_GUARANTEES } from "./score-guarantees.ts";

/** design/models.md §1: at least a million pairs, over all guarantees. */
const DEFAULT_PAIRS = 1_000_000;
/** Positions of one random book; every book has another market. */
const BOOK_POSITIONS = 2_000;
const MOST_LINES = 20;
const MS_PER_SECOND = 1_000;

interface Flags {
  readonly pairs: number;
  readonly seed: string;
  readonly json: boolean;
}

function checkAll({ name, check }: Guarantee, { pairs, seed }: Flags): GuaranteeResult & { readonly name: string } {
  const total = { pairs: 0, moved: 0, violations: [] as string[] };
  for (let round = 0; total.pairs < pairs; round += 1) {
    const found = check(`${seed}/${round}`, Math.min(BOOK_POSITIONS, pairs - total.pairs));
    total.pairs += found.pairs;
    total.moved += found.moved;
    total.violations.push(...found.violations.slice(0, MOST_LINES));
  }
  return { name, ...total };
}

function run(flags: Flags): boolean {
  const startedMs = performance.now();
  const each = { ...flags, pairs: Math.ceil(flags.pairs / SCORE_GUARANTEES.length) };
  const results = SCORE_GUARANTEES.map((guarantee) => {
    const result = checkAll(guarantee, each);
    if (!flags.json)
      console.log(`${result.violations.length} of ${result.pairs} broken, ${result.moved} moved: ${result.name}`);
    for (const line of result.violations.slice(0, MOST_LINES)) console.error(line);
    return result;
  });
  const pairs = results.reduce((sum, result) => sum + result.pairs, 0);
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  const seconds = Math.round((performance.now() - startedMs) / MS_PER_SECOND);
  console.log(JSON.stringify({ pairs, violations, seconds, ...(flags.json ? { guarantees: results } : {}) }));
  return violations === 0 && results.every(({ moved }) => moved > 0);
}

const flags = new Command("prove:score")
  .option("--pairs <count>", "pairs over all guarantees", Number, DEFAULT_PAIRS)
  .option("--seed <text>", "seed of all books", "prove-score-1")
  .option("--json", "one JSON object on the last line", false)
  .parse()
  .opts<Flags>();

process.exitCode = run(flags) ? 0 : 1;
