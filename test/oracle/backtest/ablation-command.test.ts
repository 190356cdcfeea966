/** The ablation of the score: what short data get, and the shape and sense of its last line. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { z } from "zod";
import { hourlyCsv } from "../../helpers/hourly-csv.ts";
import { runScript, type ScriptRun } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const pair = z.tuple([z.number().min(0), z.number().min(0)]);
const component = z.object({
  isOn: z.boolean(),
  positions: z.int().positive(),
  moved: z.number().min(0).max(1),
  rho: pair,
  aboveRho: pair,
  requirement: z.number().positive(),
  logLoss: z.number().positive(),
});
const shape = z.object({
  window: z.object({ from: z.string(), to: z.string() }),
  components: z.record(z.string(), component),
});

describe("npm run backtest:ablation", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  async function ablate(days: number): Promise<ScriptRun> {
    for (const asset of ["BTC", "ETH"]) {
      await writeFile(join(folder.path, `${asset}USDT_1h_2021.csv`), hourlyCsv(24 * days, asset));
    }
    return await runScript("scripts/backtest/ablation.ts", ["--data", folder.path, "--json"]);
  }

  it("error: EVALUATE_NO_WINDOW for less history than a first forecast needs", async () => {
    const { code, stderr } = await ablate(60);
    assert.equal(code, 1);
    assert.match(stderr, /^EVALUATE_NO_WINDOW: /);
  });

  it("default: every part is judged on the same positions, and a term that only adds never raises ρ by leaving", async () => {
    const { code, stdout, stderr } = await ablate(94);
    assert.equal(code, 0, stderr);
    const found = shape.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).components;
    const part = (id: string) => found[id] ?? assert.fail(`no part ${id}`);
    for (const id of ["garch", "vol-lstm", "quantile-net", "both networks"]) {
      assert.ok(part(id).moved > 0.9, `${id} has no effect`);
      assert.equal(part(id).positions, part("garch").positions);
      assert.equal(part(id).rho[0], part("garch").rho[0]);
    }
    for (const id of ["expected shortfall", "horizon by size", "stressed window", "concentration"]) {
      assert.ok(part(id).rho[1] <= part(id).rho[0], `${id} lowers ρ`);
    }
    assert.ok(part("concentration").rho[1] < part("concentration").rho[0]);
    assert.ok(!part("cascade").isOn && part("cascade").requirement >= 1);
  });
});
