/** The training loop: early stopping, checkpoints to the bit, bad checkpoints, progress, ensembles in threads. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng, restoreRng } from "../../../oracle/math/rng.ts";
import { checkpointFile } from "../../../oracle/training/tensor/checkpoint.ts";
import { trainEnsemble } from "../../../oracle/training/tensor/ensemble.ts";
import { type EpochReport, type FitRequest, runFit } from "../../../oracle/training/tensor/fit-loop.ts";
import { createProgress } from "../../../oracle/training/tensor/progress.ts";
import { createTrainer } from "../../../oracle/training/tensor/trainer.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { lineFit, lineProblem } from "./line-child.ts";

const MEMBER = new URL("./line-child.ts", import.meta.url);

describe("runFit", () => {
  it("error: CHECKPOINT_MALFORMED and CHECKPOINT_MISMATCH", async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, "fit.json");
    for (const text of ["", "{", "[]", '{"format":1}']) {
      await writeFile(path, text);
      await assert.rejects(runFit({ ...lineFit("a"), checkpoints: checkpointFile(path) }), (error) =>
        hasCode(error, "CHECKPOINT_MALFORMED"),
      );
    }
    await writeFile(path, "");
    folder.remove();
    const second = temporaryFolder();
    const other = join(second.path, "fit.json");
    await runFit({ ...lineFit("a"), checkpoints: checkpointFile(other) });
    await assert.rejects(
      runFit({ ...lineFit("a"), problem: lineProblem(0.25), checkpoints: checkpointFile(other) }),
      (error) => hasCode(error, "CHECKPOINT_MISMATCH"),
    );
    second.remove();
  });

  it("error: TRAINING_STATE_MISMATCH for a state of another network", async () => {
    const values = new Map([["w", Float32Array.of(1, 2)]]);
    await assert.rejects(createTrainer(lineProblem(0), { steps: 3, values }), (error) =>
      hasCode(error, "TRAINING_STATE_MISMATCH"),
    );
  });

  it("behavior: the fit stops after the patience and keeps the best epoch", async () => {
    const losses = [3, 2, 2.5, 2.5, 2.5, 1];
    const reports: EpochReport[] = [];
    let call = 0;
    const fit: FitRequest = {
      ...lineFit("stop"),
      settings: { maxEpochs: 20, patience: 3, learningRate: 0.05 },
      stopLoss: async () => losses[call++] ?? 9,
      onEpoch: (report) => reports.push(report),
    };
    const result = await runFit(fit);
    assert.deepEqual([result.bestEpoch, result.epochs, result.stopLoss], [2, 5, 2]);
    assert.deepEqual(
      reports.map(({ bestEpoch }) => bestEpoch),
      [1, 2, 2, 2, 2],
    );
  });

  it("default: a fit that was stopped after any epoch ends with the same bytes as one that was not", async () => {
    const whole = await runFit(lineFit("resume"));
    const folder = temporaryFolder();
    for (const stopAfter of [1, 3]) {
      const checkpoints = checkpointFile(join(folder.path, `fit-${stopAfter}.json`));
      const stopped = runFit({
        ...lineFit("resume"),
        checkpoints,
        onEpoch: ({ epoch }) => {
          if (epoch === stopAfter) throw new Error("power cut");
        },
      });
      await assert.rejects(stopped, /power cut/);
      const resumed = await runFit({ ...lineFit("resume"), checkpoints });
      assert.deepEqual(resumed, whole);
    }
    folder.remove();
  });

  it("behavior: equal fits write equal checkpoint bytes", async () => {
    const folder = temporaryFolder();
    const texts = await Promise.all(
      ["a.json", "b.json"].map(async (name) => {
        const path = join(folder.path, name);
        await runFit({ ...lineFit("same"), checkpoints: checkpointFile(path) });
        return readFile(path, "utf8");
      }),
    );
    assert.equal(texts[0], texts[1]);
    folder.remove();
  });
});

describe("createProgress", () => {
  it("default: the estimate rests on the speed of this run alone", () => {
    let nowMs = 1_000;
    const progress = createProgress(10, () => nowMs, 4);
    assert.equal(progress(4).etaSec, null);
    nowMs = 5_000;
    assert.deepEqual(progress(6), { done: 6, total: 10, elapsedSec: 4, etaSec: 8 });
    assert.equal(progress(10).etaSec, 0);
  });
});

describe("restoreRng", () => {
  it("behavior: goes on to the bit, also between the two numbers of a normal pair", () => {
    for (const normals of [0, 1, 2, 3]) {
      const rng = createRng("snapshot");
      for (let draw = 0; draw < normals; draw += 1) rng.normal();
      const restored = restoreRng(JSON.parse(JSON.stringify(rng.snapshot())));
      const draws = (stream: typeof rng): number[] => [stream.normal(), stream.uniform(), stream.fork("x").uniform()];
      assert.deepEqual(draws(restored), draws(rng));
    }
  });
});

describe("trainEnsemble", () => {
  it("error: ENSEMBLE_MEMBER_FAILED carries the member's own error", async () => {
    for (const task of [{ seed: 7 }, { seed: "diverge" }]) {
      await assert.rejects(
        trainEnsemble({ module: MEMBER, tasks: [{ seed: "a" }, task] }),
        (error) =>
          hasCode(error, "ENSEMBLE_MEMBER_FAILED") &&
          error.context.member === 1 &&
          (task.seed !== "diverge" || error.message.includes("TRAINING_DIVERGED")),
      );
    }
  });

  it("default: one thread, two threads and this thread give the same bytes, and each member its own", async () => {
    const tasks = ["a", "b", "c"].map((seed) => ({ seed }));
    const seen = new Set<number>();
    const two = await trainEnsemble({ module: MEMBER, tasks, threads: 2, onProgress: (member) => seen.add(member) });
    const one = await trainEnsemble({ module: MEMBER, tasks, threads: 1 });
    assert.deepEqual(two, one);
    assert.deepEqual(two[1], (await runFit(lineFit("b"))).parameters);
    assert.notDeepEqual(two[0], two[1]);
    assert.deepEqual([...seen].sort(), [0, 1, 2]);
  });
});
