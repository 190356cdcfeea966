/** The command line of the training: what bad input gets. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";

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

  it("error: DATA_UNREADABLE for a path that does not exist, without a stack trace", async () => {
    const { code, stderr } = await run("--model", "quantile-net", "--data", "/nowhere/at/all");
    assert.equal(code, 1);
    assert.ok(/^DATA_[A-Z_]+: /.test(stderr) && !stderr.includes("    at "), stderr);
  });
});
