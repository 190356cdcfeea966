/** The command line of the training: what bad input gets. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const SCRIPT = fileURLToPath(new URL("../../../scripts/train/train.ts", import.meta.url));

/** Exit code and the two outputs of a run. */
function run(
  ...args: readonly string[]
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

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
