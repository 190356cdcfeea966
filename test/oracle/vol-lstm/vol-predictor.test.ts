/** Serving volatility: every damaged artefact and bad series falls back and says so; the shipped artefact serves. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { sha256 } from "../../../oracle/models/session.ts";
import { VOL_HORIZONS_HOURS } from "../../../oracle/models/vol-lstm/vol-inputs.ts";
import { createVolPredictor } from "../../../oracle/models/vol-lstm/vol-predictor.ts";
import type { TemporaryFolder } from "../../helpers/temporary-folder.ts";
import { columnsOf, HOUR_SEC, marketOf, START_SEC, simulatedBars } from "./simulated-bars.ts";
import { smallTraining, writeSmallArtefact } from "./small-training.ts";

const SHIPPED = fileURLToPath(new URL("../../../oracle/models/artifacts/vol-lstm", import.meta.url));
const HOURS = 2_900;
const BARS = simulatedBars(HOURS, { seed: "serve" });
const END_SEC = START_SEC + HOURS * HOUR_SEC;

describe("createVolPredictor", () => {
  let training: Awaited<ReturnType<typeof smallTraining>>;
  let folder: TemporaryFolder;
  before(async () => {
    training = await smallTraining();
  });
  const fresh = async (): Promise<string> => {
    folder = await writeSmallArtefact(training);
    return folder.path;
  };
  const edit = (path: string, name: string, change: (text: string) => string): void =>
    writeFileSync(join(path, name), change(readFileSync(join(path, name), "utf8")));
  after(() => folder.remove());

  it("error: artefact-missing, artefact-hash, schema-mismatch and output-invalid fall back to the weighted mean", async () => {
    const cases: readonly (readonly [string, (path: string) => void])[] = [
      ["artefact-missing", (path) => rmSync(join(path, "model.onnx"))],
      ["artefact-hash", (path) => writeFileSync(join(path, "model.onnx"), Uint8Array.of(1, 2, 3))],
      ["artefact-hash", (path) => edit(path, "vectors.json", (text) => text.replace("0.", "1."))],
      [
        "artefact-hash",
        (path) => edit(path, "manifest.json", (text) => text.replace('"id": "vol-lstm"', '"id": "other"')),
      ],
      ["schema-mismatch", (path) => edit(path, "manifest.json", (text) => text.replace('"r1h"', '"r2h"'))],
      [
        "output-invalid",
        (path) => {
          const vectors = JSON.parse(readFileSync(join(path, "vectors.json"), "utf8"));
          vectors.logRatio[0][0] += 0.01;
          const text = JSON.stringify(vectors);
          writeFileSync(join(path, "vectors.json"), text);
          edit(path, "manifest.json", (manifest) =>
            manifest.replace(/"vectorsSha256": "0x\w+"/, `"vectorsSha256": "${sha256(text)}"`),
          );
        },
      ],
    ];
    for (const [reason, damage] of cases) {
      const path = await fresh();
      damage(path);
      const predictor = await createVolPredictor(path);
      assert.deepEqual([predictor.reason, predictor.identity], [reason, null]);
      const [forecast] = await predictor.predict([marketOf(BARS)], END_SEC);
      assert.deepEqual([forecast?.modelId, forecast?.fallbacks], ["ewma", [reason]]);
      assert.ok(forecast?.sigma.every((value) => value > 0));
      await predictor.close();
      folder.remove();
    }
  });

  it("error: null without a day of bars; short-history and inputs-missing are flagged", async () => {
    const predictor = await createVolPredictor(await fresh());
    const short = columnsOf(
      Array.from({ length: 500 }, (_, hour) => [START_SEC + (hour + 1) * HOUR_SEC, 100, 101, 99, 100]),
    );
    const gappy = {
      ...BARS,
      close: BARS.close.map((value, hour) => (hour > HOURS - 600 && hour % 5 === 0 ? Number.NaN : value)),
    };
    const found = await predictor.predict([marketOf(columnsOf([])), marketOf(short), marketOf(gappy)], END_SEC);
    assert.equal(found[0], null);
    assert.deepEqual(
      found.slice(1).map((forecast) => forecast?.fallbacks),
      [["short-history"], ["inputs-missing"]],
    );
    await predictor.close();
    const [closed] = await predictor.predict([marketOf(BARS)], END_SEC);
    assert.deepEqual(closed?.fallbacks, ["artefact-missing"]);
  });

  it("default: sigma rises with the horizon, weights sum to one, order and company of assets do not matter", async () => {
    const predictor = await createVolPredictor(await fresh());
    const other = marketOf(simulatedBars(HOURS, { seed: "other" }), "ETH");
    const [first] = await predictor.predict([marketOf(BARS)], END_SEC);
    const [, second] = await predictor.predict([other, marketOf(BARS)], END_SEC);
    assert.deepEqual(second, first);
    assert.deepEqual([first?.modelId, first?.fallbacks, first?.atSec], ["vol-lstm", [], END_SEC]);
    for (const weights of first?.weights ?? []) assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-9);
    const sigma = first?.sigma ?? new Float64Array();
    assert.ok(
      sigma.every((value, horizon) => value > (sigma[horizon - 1] ?? 0)),
      String(sigma),
    );
    await predictor.close();
  });

  it("behavior: bars after the time, and the current hour, are not read", async () => {
    const predictor = await createVolPredictor(await fresh());
    const [early] = await predictor.predict([marketOf(BARS)], END_SEC - 100 * HOUR_SEC);
    const cut = columnsOf(
      Array.from({ length: HOURS - 100 }, (_, hour) =>
        [BARS.endSec, BARS.open, BARS.high, BARS.low, BARS.close].map((column) => column[hour] ?? 0),
      ),
    );
    assert.deepEqual((await predictor.predict([marketOf(cut)], END_SEC))[0], early);
    assert.deepEqual((await predictor.predict([marketOf(BARS)], END_SEC - 100 * HOUR_SEC + 1_800))[0], early);
    await predictor.close();
  });
});

describe("shipped vol-lstm artefact", () => {
  it("default: hashes, layout and golden vectors fit, and it serves", async () => {
    const predictor = await createVolPredictor(SHIPPED);
    assert.equal(predictor.reason, null);
    const [forecast] = await predictor.predict([marketOf(BARS)], END_SEC);
    assert.equal(forecast?.modelId, "vol-lstm");
    assert.equal(forecast?.sigma.length, VOL_HORIZONS_HOURS.length);
    // The simulated bars move by about 0.6 % an hour: 3 % a day.
    assert.ok((forecast?.sigma[2] ?? 0) > 0.01 && (forecast?.sigma[2] ?? 1) < 0.09, String(forecast?.sigma));
    await predictor.close();
  });
});
