/** Manifest and golden vectors of the hedger. */
import { z } from "zod";
import type { Hex } from "../../domain/units.ts";
import { HEDGE_FEATURES } from "./hedge-features.ts";

/** Rises when the layout of the manifest changes. */
export const HEDGER_MANIFEST_FORMAT = 2;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();
const share = z.number().min(0);
const terms = z.strictObject({ cost: share, gas: share, limit: z.number().positive() });

/** Manifest of the hedger. */
export const hedgerManifestSchema = z.strictObject({
  format: z.literal(HEDGER_MANIFEST_FORMAT),
  id: z.literal("hedger"),
  /** No score reads it: it is no part of the model bundle whose hash the chain allows. */
  inBundle: z.literal(false),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  features: z.array(z.string()).length(HEDGE_FEATURES.length),
  /** Families of inputs that training used. */
  knowledge: z.strictObject({ forecast: z.boolean(), surface: z.boolean() }),
  /** How what serves reads the network; the model file is the network alone. */
  reading: z.strictObject({ surfaceTrust: z.number().min(0).max(1), shrinkage: z.number().min(0).max(1) }),
  guard: z.strictObject({
    /** Range of each input in training, with its margin. */
    ranges: z.array(z.strictObject({ min: finite, max: finite })).length(HEDGE_FEATURES.length),
  }),
  training: z.strictObject({
    seed: z.string(),
    /** Bars that end later were not read, seconds. */
    untilSec: z.int(),
    files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    worlds: z.array(z.string()),
    terms: z.array(terms),
    hidden: z.array(z.int().positive()),
    steps: z.int().positive(),
    pathsPerGroup: z.int().positive(),
    updates: z.int().positive(),
  }),
  metrics: z.strictObject({
    /** Mean objective of the last tenth of the updates, deviations of the start. */
    objective: finite,
    /** Mean losses of the worst twentieth on drawn paths of other seeds, spot as unit. */
    cells: z.array(
      z.strictObject({ world: z.string(), cost: share, network: finite, rules: finite, tuned: finite, gain: finite }),
    ),
    /** Largest difference between the exported model and the plain float64 pass, coins. */
    exportParity: finite,
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of the hedger; units in {@link hedgerManifestSchema}. */
export type HedgerManifest = z.infer<typeof hedgerManifestSchema>;

/** Golden vectors: rows fed to the network and the edges that it must give. */
export const hedgerVectorsSchema = z.strictObject({
  /** `[rows][features]` */
  features: z.array(z.array(finite).length(HEDGE_FEATURES.length)).min(1),
  /** `[rows][2]` */
  band: z.array(z.array(finite).length(2)).min(1),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link hedgerVectorsSchema}. */
export type HedgerVectors = z.infer<typeof hedgerVectorsSchema>;
