/**
 * `npm run bench:gas`: gas of every entry point on the deployed system (IR build, EDR, three of five signatures). The last
 * line is one JSON object. `--check` holds it against test/snapshots/gas.json, `--update` writes that file.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { z } from "zod";
import { createCloser } from "../../../oracle/platform/closer.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { type BenchGround, openBenchGround } from "../bench-ground.ts";
import { planBenchPositions } from "../position-plan.ts";
import { type GasFigures, gasRegressions, gasTable, missedMusts } from "./limits.ts";
import { measureProofGas } from "./proofs.ts";
import { measurePush } from "./push.ts";
import { measureRead } from "./read.ts";
import { measureSettle } from "./settle.ts";
import { measureVault } from "./vault.ts";
import { openVaultGround } from "./vault-ground.ts";

const SNAPSHOT = new URL("../../../test/snapshots/gas.json", import.meta.url);
const SIGNERS = 5;
const POSITIONS = 1_000;
/** Two strikes × two expiries of one asset lie in four risk classes. */
const MONEYNESS = { put: [1, 0.85], call: [] } as const;
const TENOR_DAYS = [5, 20] as const;
const E8 = 100_000_000;
const INDENT = 2;

interface GasFlags {
  readonly json: boolean;
  readonly check: boolean;
  readonly update: boolean;
}

/** Runs a measurement on a fresh deployment with `positions` open positions. */
async function onGround<Result>(
  positions: number,
  measure: (ground: BenchGround, spotE8: bigint) => Promise<Result>,
): Promise<Result> {
  const closer = createCloser(createLogger({ level: "error" }));
  let spotE8 = 0n;
  try {
    const ground = await openBenchGround({
      closer,
      operators: SIGNERS,
      plan: ({ spot, ...facts }) => {
        const [first] = spot;
        if (first === undefined) throw new RangeError("The market has no asset.");
        spotE8 = BigInt(Math.round(first[1] * E8));
        const plan = { ...facts, positions, moneyness: MONEYNESS, tenorDays: TENOR_DAYS };
        return planBenchPositions({ ...plan, spot: new Map([first]) });
      },
    });
    return await measure(ground, spotE8);
  } finally {
    await closer.close();
  }
}

/** All rows, in the order of the issue. */
async function measureAll(): Promise<GasFigures> {
  const oracle = await onGround(POSITIONS, async (ground) => ({
    ...(await measurePush(ground)),
    ...(await measureRead(ground)),
  }));
  const vault = await onGround(0, async (ground, spotE8) => {
    const vaultGround = await openVaultGround(ground, spotE8);
    return { ...(await measureVault(vaultGround)), ...(await measureSettle(vaultGround)) };
  });
  const { root, applyProof } = await measureProofGas();
  const { push, read, reject, consumerRead } = oracle;
  const { open, addCollateral, close, flag, liquidate, settlePrice, settle, redeem } = vault;
  const before = { push, root, applyProof: { ...applyProof }, read, reject, open, addCollateral, close, flag };
  return { ...before, liquidate, settlePrice, settle, redeem, consumerRead };
}

async function main({ json, check, update }: GasFlags): Promise<boolean> {
  const figures = await measureAll();
  if (!json) console.log(gasTable(figures));
  if (update) writeFileSync(SNAPSHOT, `${JSON.stringify(figures, null, INDENT)}\n`);
  const regressions = check ? gasRegressions(readSnapshot(), figures) : [];
  for (const line of regressions) console.error(`over the snapshot by more than 2 %: ${line}`);
  const missed = missedMusts(figures);
  if (missed.length > 0) console.error(`over their "must": ${missed.join(", ")}`);
  console.log(JSON.stringify(figures));
  return regressions.length === 0;
}

const figuresSchema: z.ZodType<GasFigures> = z.lazy(() =>
  z.record(z.string(), z.union([z.number(), z.null(), figuresSchema])),
);

function readSnapshot(): GasFigures {
  return figuresSchema.parse(JSON.parse(readFileSync(SNAPSHOT, "utf8")));
}

const flags = new Command("bench:gas")
  .option("--json", "print nothing but one JSON object as the last line on stdout", false)
  .option("--check", "fail when a figure is more than 2 % over test/snapshots/gas.json", false)
  .option("--update", "write test/snapshots/gas.json", false)
  .parse()
  .opts<GasFlags>();

process.exit((await main(flags)) ? 0 : 1);
