/**
 * `npm run prove`: proves the algebraic properties of the pure libraries with z3, on models that give the code's results on
 * shared vectors. The last line of `--json` is one JSON object; open and refuted claims fail.
 */
import { Command } from "commander";
import { liquidationClaims } from "./liquidation-claims.ts";
import { marginClaims } from "./margin-claims.ts";
import { rulesClaims } from "./rules-claims.ts";
import { checkMarginModel, checkRulesModel, type VectorCheck } from "./vectors.ts";
import { type Claim, type Prover, startProver } from "./z3.ts";

/** Result of one claim. */
interface ClaimResult {
  readonly claim: string;
  readonly verdict: "proved" | "open" | "refuted";
  readonly ms: number;
  readonly counterexample?: string;
}

async function proveAll(prove: Prover, claims: readonly Claim[], asJson: boolean): Promise<readonly ClaimResult[]> {
  const results: ClaimResult[] = [];
  for (const claim of claims) {
    const result: ClaimResult = { claim: claim.name, ...(await prove(claim)) };
    results.push(result);
    const { verdict, ms, counterexample = "" } = result;
    if (!asJson) console.log(`${verdict.padEnd(8)} ${(ms / 1000).toFixed(1).padStart(6)} s  ${claim.name}`);
    if (counterexample !== "") console.error(counterexample);
  }
  return results;
}

function reportVectors(checks: readonly VectorCheck[], asJson: boolean): boolean {
  for (const { name, cases, differences } of checks) {
    if (!asJson) console.log(`model of ${name}: ${cases} vectors, ${differences.length} differences`);
    for (const line of differences.slice(0, MOST_LINES)) console.error(line);
  }
  return checks.every(({ cases, differences }) => cases > 0 && differences.length === 0);
}

const MOST_LINES = 20;

async function main({ json, only }: { readonly json: boolean; readonly only: string }): Promise<boolean> {
  const vectors = [checkMarginModel(), checkRulesModel()];
  const tied = reportVectors(vectors, json);
  const claims = [...marginClaims(), ...liquidationClaims(), ...rulesClaims()].filter(({ name }) =>
    name.includes(only),
  );
  const results = await proveAll(await startProver(), claims, json);
  const counted = (verdict: ClaimResult["verdict"]): number =>
    results.filter((item) => item.verdict === verdict).length;
  const summary = { proved: counted("proved"), open: counted("open"), refuted: counted("refuted") };
  const cases = vectors.map(({ name, cases: count, differences }) => ({
    name,
    cases: count,
    differences: differences.length,
  }));
  console.log(json ? JSON.stringify({ ...summary, vectors: cases, claims: results }) : JSON.stringify(summary));
  return tied && summary.proved === results.length;
}

const flags = new Command("prove")
  .option("--json", "one JSON object on the last line", false)
  .option("--only <text>", "only claims whose names contain this", "")
  .parse()
  .opts<{ json: boolean; only: string }>();

process.exit((await main(flags)) ? 0 : 1);
