/** The manifest beside every learned artefact: what it is, from what it was trained, how good it is, where it may be used. */
import { z } from "zod";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../domain/prediction.ts";
import type { Hex } from "../domain/units.ts";

/** Rises when the layout of the manifest changes. */
export const MANIFEST_FORMAT = 1;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();
const cells = z.array(z.array(finite).length(QUANTILE_LEVELS.length)).length(QUANTILE_HORIZONS_HOURS.length);
const directions = z.strictObject({ fall: cells, rise: cells });

/** Pinball loss (decimal move) and breach rate of one policy, `[horizon][level]`. */
const policyMetrics = z.strictObject({ pinball: directions, breach: directions, meanRatioToGarch: finite });

/** Range of a feature or a volatility that the network has seen; the guard widens it by its own margin. */
const range = z.strictObject({ min: finite, max: finite });

/** Manifest of the quantile network. */
export const quantileManifestSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  id: z.literal("quantile-net"),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  featureSchemaHash: hash,
  featureSchemaVersion: z.int().positive(),
  horizonsHours: z.array(z.number()).length(QUANTILE_HORIZONS_HOURS.length),
  levels: z.array(z.number()).length(QUANTILE_LEVELS.length),
  /** Which of the two serves by default: the better one on the report block. */
  defaultChoice: z.enum(["quantile-net", "garch-quantile"]),
  guard: z.strictObject({
    /** In schema order: `null` for features that training never saw and the network therefore ignores. */
    features: z.array(range.nullable()),
    /** One range a horizon: standard deviation of the log return over it, decimal. */
    sigma: z.array(range).length(QUANTILE_HORIZONS_HOURS.length),
    /** Largest share of used features that may be missing. */
    maxMissingShare: z.number().min(0).max(1),
  }),
  training: z.strictObject({
    seed: z.string(),
    networks: z.int().positive(),
    hiddenUnits: z.array(z.int().positive()),
    dataSource: z.string(),
    /** Assets that gave fitted rows, ascending; absent in manifests of before they were named. */
    assets: z.array(z.string()).optional(),
    files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    /** Seconds; rows up to `trainToSec` are fitted, up to `stopToSec` stop the training, up to `reportToSec` give the metrics. */
    span: z.strictObject({ fromSec: finite, trainToSec: finite, stopToSec: finite, reportToSec: finite }),
    rows: z.strictObject({ train: z.int(), stop: z.int(), report: z.int() }),
  }),
  metrics: z.strictObject({
    network: policyMetrics,
    garch: policyMetrics,
    ewmaNormal: policyMetrics,
    /** Largest difference between the exported model and the plain float64 pass, log move. */
    exportParity: finite,
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of the quantile network; units in {@link quantileManifestSchema}. */
export type QuantileManifest = z.infer<typeof quantileManifestSchema>;

/** Golden vectors: rows fed to the network and the log moves that it must give. */
export const quantileVectorsSchema = z.strictObject({
  /** `[rows][features]`, zero where missing. */
  features: z.array(z.array(finite)),
  /** `[rows][features]` */
  missing: z.array(z.array(finite)),
  /** `[rows][horizon]` */
  sigma: z.array(z.array(finite)),
  /** `[rows][direction × horizon × level]` */
  logMoves: z.array(z.array(finite)),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link quantileVectorsSchema}. */
export type QuantileVectors = z.infer<typeof quantileVectorsSchema>;
