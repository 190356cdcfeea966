/**
 * `npm run bench:gas`: gas of every entry point on the deployed system. The last line is one JSON object. Exit code 1 when a
 * figure is more than 2 % over test/snapshots/gas.json; `--update` writes that file instead.
 */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { gasRegressions, gasTable, missedMusts } from "./limits.ts";
import { measureAll, PUSH_SIZES } from "./measure.ts";
import { GAS_SNAPSHOT, readGasSnapshot } from "./snapshot.ts";

const INDENT = 2;

interface GasFlags {
  readonly json: boolean;
  readonly update: boolean;
}

async function main({ json, update }: GasFlags): Promise<boolean> {
  const figures = await measureAll(PUSH_SIZES);
  const table = gasTable(figures);
  if (json) console.error(table);
  else console.log(table);
  if (update) writeFileSync(GAS_SNAPSHOT, `${JSON.stringify(figures, null, INDENT)}\n`);
  const regressions = gasRegressions(readGasSnapshot(), figures);
  for (const line of regressions) console.error(`over the snapshot by more than 2 %: ${line}`);
  const missed = missedMusts(figures);
  if (missed.length > 0) {
    console.error(`over their "must": ${missed.join(", ")}; docs/assurance.md says what stands in the way`);
  }
  console.log(JSON.stringify(figures));
  return regressions.length === 0;
}

const flags = new Command("bench:gas")
  .option("--json", "print nothing but one JSON object on stdout; the table goes to stderr", false)
  .option("--update", "write test/snapshots/gas.json", false)
  .parse()
  .opts<GasFlags>();

process.exit((await main(flags)) ? 0 : 1);
