/** Manifest and golden vectors of the close-out student. */
import { z } from "zod";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import type { Hex } from "../../domain/units.ts";

/** Rises when the layout of the manifest changes. */
export const CLOSE_OUT_MANIFEST_FORMAT = 1;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();
const width = CLOSE_OUT_FEATURES.length;
const levels = SHORTFALL_LEVELS.length;
/** Sizes of relative errors. */
const errors = z.strictObject({ median: finite, p95: finite, p99: finite, max: finite });
/** By level: errors of the whole shortfall, and of the part above intrinsic value. */
const judged = z.array(z.strictObject({ level: finite, shortfall: errors, aboveIntrinsic: errors })).length(levels);

/** Manifest of the close-out student. */
export const closeOutManifestSchema = z.strictObject({
  format: z.literal(CLOSE_OUT_MANIFEST_FORMAT),
  id: z.literal("cvar-depth"),
  /** No score reads it: it is no part of the model bundle whose hash the chain allows. */
  inBundle: z.literal(false),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  features: z.array(z.strictObject({ name: z.string(), direction: z.enum(["rising", "free"]) })).length(width),
  levels: z.array(finite).length(levels),
  /** Borders of the move strata, shares of the paths. */
  strata: z.array(finite),
  guard: z.strictObject({
    /** Range of each feature in training, with its margin. */
    ranges: z.array(z.strictObject({ min: finite, max: finite })).length(width),
    /** Shortest tenor, horizons. */
    leastTenorInHorizons: finite,
  }),
  training: z.strictObject({
    seed: z.string(),
    /** Degrees of freedom of the Student-t residual pools, of training and of the report block. */
    degrees: z.array(z.int()),
    reportDegrees: z.array(z.int()),
    paths: z.int(),
    reportPaths: z.int(),
    rows: z.strictObject({ train: z.int(), stop: z.int(), report: z.int() }),
    networks: z.int().positive(),
    layout: z.strictObject({ risingUnits: z.int(), freeUnits: z.int(), hiddenLayers: z.int() }),
  }),
  metrics: z.strictObject({
    /** Against the teacher, on rows of path laws that training never saw. */
    student: judged,
    /** The quadrature over the strata, which the student starts from: its baseline. */
    quadrature: judged,
    /** Largest difference between the exported model and the plain float64 pass, log share. */
    exportParity: finite,
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of the close-out student; units in {@link closeOutManifestSchema}. */
export type CloseOutManifest = z.infer<typeof closeOutManifestSchema>;

/** Golden vectors: rows fed to the network and the log shares that it must give. */
export const closeOutVectorsSchema = z.strictObject({
  /** `[rows][features]` */
  features: z.array(z.array(finite).length(width)).min(1),
  /** `[rows][levels]` */
  logShares: z.array(z.array(finite).length(levels)).min(1),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link closeOutVectorsSchema}. */
export type CloseOutVectors = z.infer<typeof closeOutVectorsSchema>;
