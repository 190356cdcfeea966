/** Positions, paths and a small student that the tests of the close-out model share. */
import type { AdversePaths } from "../../../oracle/scoring/adverse-paths.ts";
import type { CloseOutCase } from "../../../oracle/scoring/close-out-shortfall.ts";
import { depthCurve } from "../../../oracle/scoring/depth-curve.ts";
import {
  STUDENT_SETTINGS,
  type StudentSettings,
  type StudentTraining,
  trainStudent,
} from "../../../oracle/training/cvar-depth/train-student.ts";
import { scaledPaths, studentPool, unitPaths } from "../../../oracle/training/cvar-depth/unit-paths.ts";
import { writeStudent } from "../../../oracle/training/cvar-depth/write-student.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

/** Everything but quality: few paths, markets and epochs. */
export const SMALL_SETTINGS: StudentSettings = {
  ...STUDENT_SETTINGS,
  degrees: [4],
  reportDegrees: [6],
  paths: 1_000,
  reportPaths: 1_000,
  markets: { train: 40, stop: 20, report: 20 },
  casesPerMarket: 8,
  fit: { ...STUDENT_SETTINGS.fit, batchRows: 64, maxEpochs: 3 },
};

/** Trains the small student. */
export const smallStudent = (seed = "small"): Promise<StudentTraining> =>
  trainStudent({ seed, settings: SMALL_SETTINGS, threads: 1 });

/** Writes the artefact of a training into a fresh folder. */
export async function writeSmall(training: StudentTraining): Promise<TemporaryFolder> {
  const folder = temporaryFolder();
  const environment = { node: "test", onnxruntime: "test", platform: "test" };
  await writeStudent(training, { seed: "small", trainedAtSec: 0, environment }, folder.path);
  return folder;
}

const NONE = new Float64Array();
const BARS = { spanSec: 3_600, endSec: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE };

/** A book with the given bands and half spread, seen from one side. */
export function curveOf(bands: readonly (readonly [number, number])[], halfSpread: number) {
  const side = bands.map(([distance, notionalUsd]) => ({ distance, notionalUsd, averagePrice: null }));
  const provenance = { sourceId: "test", sourceTimeSec: 0, receivedTimeSec: 0 };
  const prices = { bestBid: 1 - halfSpread, bestAsk: 1 + halfSpread };
  const book = { kind: "book", asset: "BTC", bids: side, asks: side, ...prices, ...provenance } as const;
  return depthCurve({ book, bars: BARS }, "put", { defaultHalfSpread: halfSpread });
}

/** A put 5 % out of the money, a fortnight from expiry, over 6 h. */
export const PUT: CloseOutCase = {
  terms: {
    kind: "put",
    spot: 60_000,
    curve: curveOf(
      [
        [0.01, 2e6],
        [0.02, 5e6],
        [0.05, 9e6],
      ],
      2e-4,
    ),
    priceRisk: 0.005,
    gasUsdPerContract: 0.5,
  },
  strike: 57_000,
  tenorYears: 14 / 365,
  impliedVol: 0.6,
  size: 40,
  steps: 6,
};

const UNIT = unitPaths(studentPool(4, "tests"), { paths: 2_000, steps: 24, seed: "tests" });

/** Paths of the put's market at a volatility. */
export const putPaths = (hourlySigma: number): AdversePaths =>
  scaledPaths(UNIT, { kind: "put", spot: PUT.terms.spot, hourlySigma, steps: 24 });
