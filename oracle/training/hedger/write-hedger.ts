/** Judges a trained hedger on drawn paths, and writes the four files of its artefact: model, manifest, card, golden vectors. */
import type { InferenceSession } from "onnxruntime-node";
import { createRng } from "../../math/rng.ts";
import { HEDGE_FEATURES, MARKET_FEATURES } from "../../models/hedger/hedge-features.ts";
import {
  HEDGER_MANIFEST_FORMAT,
  type HedgerManifest,
  type HedgerVectors,
  hedgerManifestSchema,
} from "../../models/hedger/hedger-manifest.ts";
import { runHedgerNetwork } from "../../models/hedger/run-hedger-network.ts";
import { SIMULATED_WORLDS, simulatedWorld } from "../../models/hedger/simulated-worlds.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { rowsOf, writeArtefactFiles } from "../artefact-files.ts";
import { exportParity } from "../export-parity.ts";
import { networkPolicy } from "./hedge-policies.ts";
import { hedgerCard } from "./hedger-card.ts";
import { judgeCell } from "./judge-cell.ts";
import { plainPolicy } from "./plain-policy.ts";
import { exportPolicy } from "./policy-graph.ts";
import { type HedgerFit, type HedgerSettings, TRAINING_WORLDS } from "./train-hedger.ts";

/** Facts about a training that the numbers themselves do not hold. */
export interface HedgerFacts extends Pick<HedgerManifest, "environment"> {
  readonly seed: string;
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
  readonly untilSec: number;
  readonly files: HedgerManifest["training"]["files"];
  readonly settings: HedgerSettings;
  /** Paths of each judged world. */
  readonly reportPaths: number;
}

/** Option of the report: at the money, 60 % over 30 days (research/ml-models.md §4.6). */
export const REPORT_DEVIATION = 0.6 * Math.sqrt(30 / 365);
/** Costs that the targets name. */
export const REPORT_COSTS = [5e-4, 2e-3, 5e-3] as const;

const VECTOR_ROWS = 16;
const PARITY_ROWS = 512;
const VECTOR_TOLERANCE = 1e-4;
/** Share of its training range by which an input may lie outside of it. */
const RANGE_MARGIN = 0.05;
/** Positions and running results seen in training. */
const HELD_RANGE = { min: -0.5, max: 1.5 };
const RESULT_RANGE = { min: -3, max: 3 };

/** Writes the artefact and returns its manifest. */
export async function writeHedger(fit: HedgerFit, facts: HedgerFacts, directory: string): Promise<HedgerManifest> {
  const model = exportPolicy(facts.settings, fit.parameters, { "produced-by": "plimsoll training engine" });
  const session = await openSession(model);
  try {
    const rows = sampleRows(fit, facts.seed);
    const vectors = `${JSON.stringify(await goldenVectors(session, rows))}\n`;
    const judged = await judge(session, fit, { facts, rows });
    const manifest = hedgerManifestSchema.parse(describe({ fit, facts, model, vectors, metrics: judged }));
    await writeArtefactFiles(directory, { model, vectors, card: hedgerCard(manifest, facts), manifest });
    return manifest;
  } finally {
    await session.release();
  }
}

/** Market rows of the last batch with positions and results drawn beside them. `[PARITY_ROWS, features]` */
function sampleRows({ market }: HedgerFit, seed: string): Float32Array {
  const rng = createRng(`${seed}/hedger-rows`);
  const width = HEDGE_FEATURES.length;
  const rows = new Float32Array(PARITY_ROWS * width);
  for (let row = 0; row < PARITY_ROWS; row += 1) {
    const from = rng.integer(market.length / MARKET_FEATURES) * MARKET_FEATURES;
    rows.set(market.subarray(from, from + MARKET_FEATURES), row * width);
    rows[row * width + MARKET_FEATURES] = rng.uniform();
    rows[row * width + MARKET_FEATURES + 1] = 0.2 * rng.normal();
  }
  return rows;
}

async function goldenVectors(session: InferenceSession, rows: Float32Array): Promise<HedgerVectors> {
  const features = rows.subarray(0, VECTOR_ROWS * HEDGE_FEATURES.length);
  const band = await runHedgerNetwork(session, features);
  return { features: rowsOf(features, HEDGE_FEATURES.length), band: rowsOf(band, 2), tolerance: VECTOR_TOLERANCE };
}

async function judge(
  session: InferenceSession,
  fit: HedgerFit,
  { facts, rows }: { readonly facts: HedgerFacts; readonly rows: Float32Array },
): Promise<HedgerManifest["metrics"]> {
  const parity = exportParity(
    await runHedgerNetwork(session, rows),
    plainPolicy(facts.settings, fit.parameters, rows),
    "policy-graph.ts with plain-policy.ts",
  );
  const network = networkPolicy(session, facts.settings);
  const cells: HedgerManifest["metrics"]["cells"] = [];
  for (const world of SIMULATED_WORLDS) {
    const paths = simulatedWorld(world, reportRequest(facts.reportPaths), createRng(`${facts.seed}/report-${world}`));
    for (const cost of REPORT_COSTS) {
      const found = await judgeCell(network, paths, { cost, gas: 0, limit: 1 });
      const rules = Math.min(found.blackScholes, found.band, found.whalleyWilmott);
      cells.push({ world, cost, network: found.network, rules, tuned: found.tuned, gain: found.gain });
    }
  }
  return { objective: fit.objective, cells, exportParity: parity };
}

/** The report's option on so many paths of thirty days. */
export function reportRequest(paths: number) {
  const deviation = new Float64Array(paths).fill(REPORT_DEVIATION);
  return { paths, steps: 30, deviation, moneyness: new Float64Array(paths) };
}

interface Described {
  readonly fit: HedgerFit;
  readonly facts: HedgerFacts;
  readonly model: Uint8Array;
  readonly vectors: string;
  readonly metrics: HedgerManifest["metrics"];
}

function describe({ fit, facts, model, vectors, metrics }: Described): HedgerManifest {
  const { hidden, steps, pathsPerGroup, updates, terms } = facts.settings;
  return {
    format: HEDGER_MANIFEST_FORMAT,
    id: "hedger",
    inBundle: false,
    sha256: sha256(model),
    vectorsSha256: sha256(vectors),
    features: [...HEDGE_FEATURES],
    knowledge: facts.settings.knowledge,
    reading: facts.settings.reading,
    guard: { ranges: [...marketRanges(fit.market), HELD_RANGE, RESULT_RANGE] },
    training: {
      seed: facts.seed,
      untilSec: facts.untilSec,
      files: [...facts.files],
      worlds: [...TRAINING_WORLDS],
      terms: terms.map((entry) => ({ ...entry })),
      hidden: [...hidden],
      steps,
      pathsPerGroup,
      updates,
    },
    metrics,
    environment: facts.environment,
  };
}

function marketRanges(market: Float32Array): HedgerManifest["guard"]["ranges"] {
  return Array.from({ length: MARKET_FEATURES }, (_, feature) => {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let place = feature; place < market.length; place += MARKET_FEATURES) {
      min = Math.min(min, market[place] ?? Number.NaN);
      max = Math.max(max, market[place] ?? Number.NaN);
    }
    const margin = RANGE_MARGIN * (max - min);
    return { min: min - margin, max: max + margin };
  });
}
