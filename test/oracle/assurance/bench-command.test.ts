/** The benchmark commands: what they refuse, and the data they make where none is given. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { readHourlySeries } from "../../../oracle/pipeline/retraining/hourly-series.ts";
import { writeSimulatedBars } from "../../../scripts/bench/models/simulated-bars.ts";
import { timesOf } from "../../../scripts/bench/times.ts";

describe("bench:models", () => {
  it("error: BENCH_UNKNOWN before anything runs", () => {
    const args = ["scripts/bench/models/bench-models.ts", "--only", "scoring", "--only", "nonsense"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^BENCH_UNKNOWN/);
  });

  it("behavior: simulated bars are read as the series that training reads", async () => {
    const directory = mkdtempSync(join(tmpdir(), "plimsoll-bars-"));
    try {
      writeSimulatedBars(directory);
      const series = readHourlySeries([directory]);
      assert.deepEqual(series.map(({ id }) => id).sort(), [
        "bitfinex-BTC",
        "bitfinex-ETH",
        "spot-BNB",
        "spot-BTC",
        "spot-ETH",
      ]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("behavior: work runs as often as it is asked to", async () => {
    let runs = 0;
    const times = await timesOf(() => (runs += 1), { warmUp: 2, repeats: 5 });
    assert.equal(runs, 7);
    assert.ok(times.decile <= times.median && times.cpuDecile >= 0);
  });
});
