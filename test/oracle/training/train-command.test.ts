/** The command line of the training: what bad input gets. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { runScript } from "../../helpers/run-script.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const run = async (...args: readonly string[]) => await runScript("scripts/train/train.ts", args);

describe("train command", () => {
  it("error: MODEL_UNKNOWN names the known models and writes nothing to stdout", async () => {
    const { code, stdout, stderr } = await run("--model", "nonsense", "--json");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.ok(stderr.startsWith("MODEL_UNKNOWN"));
    assert.ok(stderr.includes("quantile-net") && stderr.includes("garch"));
  });

  it("error: TRAINING_DATA_WANTED and DATA_NOT_FOUND for a model that needs hourly bars", async () => {
    const folder = temporaryFolder();
    const cases = [
      { args: [], code: "TRAINING_DATA_WANTED" },
      { args: ["--data", folder.path], code: "DATA_NOT_FOUND" },
    ];
    for (const { args, code } of cases) {
      const result = await run("--model", "vol-lstm", "--out", folder.path, ...args);
      assert.equal(result.code, 1);
      assert.ok(result.stderr.includes(`${code}: `) && !result.stderr.includes("    at "), result.stderr);
    }
    folder.remove();
  });

  it("error: DATA_UNREADABLE for a path that does not exist, without a stack trace", async () => {
    const { code, stderr } = await run("--model", "quantile-net", "--data", "/nowhere/at/all");
    assert.equal(code, 1);
    assert.ok(/^DATA_[A-Z_]+: /.test(stderr) && !stderr.includes("    at "), stderr);
  });
});
