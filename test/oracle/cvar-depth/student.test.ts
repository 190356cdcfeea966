/** The student: training is reproducible, the export ordered and monotone, the predictor never trusts what it has not learned. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../../oracle/domain/close-out-features.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createCloseOutPredictor } from "../../../oracle/models/cvar-depth/close-out-predictor.ts";
import { runCloseOutNetwork } from "../../../oracle/models/cvar-depth/run-close-out-network.ts";
import { listModels } from "../../../oracle/models/model-bundle.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { sha256 } from "../../../oracle/models/session.ts";
import { monotoneViolations } from "../../../oracle/training/cvar-depth/monotone-pairs.ts";
import { type StudentTraining, trainStudent } from "../../../oracle/training/cvar-depth/train-student.ts";
import { studentPool, unitPaths } from "../../../oracle/training/cvar-depth/unit-paths.ts";
import { runScript } from "../../helpers/run-script.ts";
import type { TemporaryFolder } from "../../helpers/temporary-folder.ts";
import { SMALL_SETTINGS, smallStudent, writeSmall } from "./cases.ts";

const ARTIFACTS = fileURLToPath(new URL("../../../oracle/models/artifacts", import.meta.url));
const WIDTH = CLOSE_OUT_FEATURES.length;
const LEVELS = SHORTFALL_LEVELS.length;
const NO_ROW = (): never => assert.fail("the teacher was asked");

describe("cvar-depth student", () => {
  let training: StudentTraining;
  let folder: TemporaryFolder;
  before(async () => {
    training = await smallStudent();
    folder = await writeSmall(training);
  });
  after(() => folder.remove());
  const rows = (count: number): Float32Array => training.train.features.slice(0, count * WIDTH);

  it("error: TRAINING_TOO_FEW_ROWS; TRAINING_DATA_UNUSED on the command line", async () => {
    const settings = { ...SMALL_SETTINGS, markets: { train: 3, stop: 3, report: 3 } };
    await assert.rejects(
      () => trainStudent({ seed: "few", settings, threads: 1 }),
      (error) => hasCode(error, "TRAINING_TOO_FEW_ROWS"),
    );
    const { code, stderr } = await runScript("scripts/train/train.ts", [
      "--model",
      "cvar-depth",
      "--data",
      folder.path,
    ]);
    assert.equal(code, 1);
    assert.ok(stderr.includes("TRAINING_DATA_UNUSED: ") && !stderr.includes("    at "), stderr);
  });

  it("error: artefact-missing, artefact-hash, schema-mismatch and output-invalid leave every row to the teacher", async () => {
    const edit = (path: string, name: string, change: (text: string) => string): void =>
      writeFileSync(join(path, name), change(readFileSync(join(path, name), "utf8")));
    const cases: readonly (readonly [string, (path: string) => void])[] = [
      ["artefact-missing", (path) => rmSync(join(path, "model.onnx"))],
      ["artefact-hash", (path) => writeFileSync(join(path, "model.onnx"), Uint8Array.of(1, 2, 3))],
      ["artefact-hash", (path) => edit(path, "manifest.json", (text) => text.replace('"cvar-depth"', '"other"'))],
      ["schema-mismatch", (path) => edit(path, "manifest.json", (text) => text.replace('"costNow"', '"cost"'))],
      [
        "output-invalid",
        (path) => {
          const vectors = JSON.parse(readFileSync(join(path, "vectors.json"), "utf8"));
          vectors.logShares[0][0] += 0.01;
          const text = JSON.stringify(vectors);
          writeFileSync(join(path, "vectors.json"), text);
          edit(path, "manifest.json", (manifest) =>
            manifest.replace(/"vectorsSha256": "0x\w+"/, `"vectorsSha256": "${sha256(text)}"`),
          );
        },
      ],
    ];
    for (const [reason, damage] of cases) {
      const damaged = await writeSmall(training);
      damage(damaged.path);
      const predictor = await createCloseOutPredictor(damaged.path);
      assert.deepEqual([predictor.reason, predictor.identity], [reason, null]);
      const { shares, fallbacks } = await predictor.predict(rows(2), (row) => [0.1 + row, 0.2, 0.3]);
      assert.deepEqual([...shares], [0.1, 0.2, 0.3, 1.1, 0.2, 0.3]);
      assert.deepEqual(fallbacks, [reason, reason]);
      await predictor.close();
      damaged.remove();
    }
  });

  it("error: inputs-out-of-range for NaN, for a value beyond training and for a tenor too short, that row alone", async () => {
    const predictor = await createCloseOutPredictor(folder.path);
    const features = rows(4);
    const place = (name: string): number => CLOSE_OUT_FEATURES.findIndex((feature) => feature.name === name);
    features[place("gap")] = Number.NaN;
    features[WIDTH + place("impliedDeviation")] = 50;
    features[2 * WIDTH + place("hours")] = Math.log(10);
    features[2 * WIDTH + place("tenor")] = Math.log(39);
    const asked: number[] = [];
    const { shares, fallbacks } = await predictor.predict(features, (row) => {
      asked.push(row);
      return [0.5, 0.5, 0.5];
    });
    assert.deepEqual(asked, [0, 1, 2]);
    assert.deepEqual(fallbacks, [...Array(3).fill("inputs-out-of-range"), null]);
    assert.ok(shares.subarray(3 * LEVELS).every((share) => share > 0 && share <= 1 && share !== 0.5));
    await predictor.close();
    const closed = await predictor.predict(rows(1), () => [0.5, 0.5, 0.5]);
    assert.deepEqual(closed.fallbacks, ["artefact-missing"]);
  });

  it("default: the same seed gives the same bytes, another seed others", async () => {
    const again = await smallStudent();
    assert.equal(sha256(again.model), sha256(training.model));
    assert.deepEqual(again.metrics, training.metrics);
    assert.notEqual(sha256((await smallStudent("other")).model), sha256(training.model));
  });

  it("default: the bundle leaves the student out, since no score reads it", async () => {
    assert.ok((await listModels(ARTIFACTS)).every(({ id }) => id !== "cvar-depth"));
  });
});

describe("shipped cvar-depth artefact", () => {
  const directory = join(ARTIFACTS, "cvar-depth");
  const pools = [4, 7].map((degrees) =>
    unitPaths(studentPool(degrees, `shipped-${degrees}`), { paths: 1_000, steps: 24, seed: `shipped-${degrees}` }),
  );

  it("default: hashes, layout and golden vectors fit, and it serves its own rows ordered by level", async () => {
    const predictor = await createCloseOutPredictor(directory);
    assert.equal(predictor.reason, null);
    const vectors = JSON.parse(readFileSync(join(directory, "vectors.json"), "utf8"));
    const { shares, fallbacks } = await predictor.predict(Float32Array.from(vectors.features.flat()), NO_ROW);
    assert.ok(fallbacks.every((reason) => reason === null));
    shares.forEach((share, place) => {
      assert.ok(share > 0 && share <= 1 && (place % LEVELS === 0 || share >= (shares[place - 1] ?? 1)));
    });
    await predictor.close();
  });

  it("behavior: 20 000 pairs, more risk is never a smaller shortfall", async () => {
    const session = await openSession(readFileSync(join(directory, "model.onnx")));
    const { pairs, violations } = await monotoneViolations(session, { pools, pairs: 20_000, seed: "test" });
    await session.release();
    assert.equal(pairs, 20_000);
    assert.deepEqual(new Set(Object.values(violations)), new Set([0]), JSON.stringify(violations));
  });

  it("behavior: a row's answer does not depend on its company", async () => {
    const session = await openSession(readFileSync(join(directory, "model.onnx")));
    const vectors = JSON.parse(readFileSync(join(directory, "vectors.json"), "utf8"));
    const features = Float32Array.from(vectors.features.flat());
    const together = await runCloseOutNetwork(session, features);
    const alone = await runCloseOutNetwork(session, features.subarray(5 * WIDTH, 6 * WIDTH));
    await session.release();
    assert.deepEqual([...alone], [...together.subarray(5 * LEVELS, 6 * LEVELS)]);
  });
});
