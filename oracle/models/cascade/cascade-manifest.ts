/** Manifest and golden vectors of the cascade artefact: hazards as numbers, the surrogate of the fixed point as ONNX. */
import { z } from "zod";
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import type { Hex } from "../../domain/units.ts";
import { CASCADE_INPUTS } from "./cascade-inputs.ts";

/** Rises when the layout of the manifest changes. */
export const CASCADE_MANIFEST_FORMAT = 1;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();
const inputs = z.array(finite).length(CASCADE_INPUTS.length);
const share = z.number().min(0).max(1);
const hazardModel = z.strictObject({
  horizonHours: z.union([z.literal(6), z.literal(24)]),
  centre: inputs,
  spread: z.array(z.number().positive()).length(CASCADE_INPUTS.length),
  logit: z.strictObject({
    slopes: z.array(z.number().min(0)).length(CASCADE_INPUTS.length),
    intercepts: z.array(finite).length(1),
  }),
  calibration: z.strictObject({ a: z.number().min(0), b: z.number().min(0), c: finite }),
  baseRate: z.number().positive().lt(1),
});
const errors = z.strictObject({ median: finite, p95: finite, p99: finite, mean: finite, explained: finite });

/** Manifest of the cascade artefact. */
export const cascadeManifestSchema = z.strictObject({
  format: z.literal(CASCADE_MANIFEST_FORMAT),
  id: z.literal("cascade"),
  /** Its weights in the score are 0 by default: it is no part of the model bundle whose hash the chain allows. */
  inBundle: z.literal(false),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  inputs: z.array(z.string()).length(CASCADE_INPUTS.length),
  features: z.array(z.string()).length(CASCADE_FEATURES.length),
  hazards: z
    .array(
      z.strictObject({
        /** With the calls of a protocol among the inputs, and without. */
        withArrivals: hazardModel,
        withoutArrivals: hazardModel,
      }),
    )
    .length(2),
  /** Arrivals a hour of the fitted protocol; half-lives in hours. */
  arrivals: z.strictObject({ baseline: finite, halfLives: z.array(finite), branching: z.array(finite) }),
  training: z.strictObject({
    seed: z.string(),
    files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    /** Seconds; hours in the span. */
    span: z.strictObject({ fromSec: finite, untilSec: finite }),
    hours: z.int(),
    /** Share of the hours that an event followed, 6 and 24 h. */
    frequency: z.array(share).length(2),
    rows: z.strictObject({ train: z.int(), stop: z.int(), report: z.int() }),
  }),
  metrics: z.strictObject({
    /** Of the walk over the training span: every forecast by an earlier fit; 6 and 24 h. */
    hazards: z.array(z.strictObject({ auc: finite, averagePrecision: finite, plainAuc: finite })).length(2),
    /** Against the fixed point, log points, on drawn books that training never saw. */
    surrogate: errors,
    /** Baseline: two rounds of selling. */
    twoRounds: errors,
    exportParity: finite,
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of the cascade artefact; units in {@link cascadeManifestSchema}. */
export type CascadeManifest = z.infer<typeof cascadeManifestSchema>;

/** Golden vectors: rows fed to the surrogate and the further falls that it must give. */
export const cascadeVectorsSchema = z.strictObject({
  /** `[rows][features]` */
  features: z.array(z.array(finite).length(CASCADE_FEATURES.length)).min(1),
  /** `[rows]` */
  extra: z.array(finite).min(1),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link cascadeVectorsSchema}. */
export type CascadeVectors = z.infer<typeof cascadeVectorsSchema>;
