/** Manifest and golden vectors of the pricing network. */
import { z } from "zod";
import type { Hex } from "../../domain/units.ts";
import { PRICER_CELLS, PRICER_PARAMETERS } from "./pricer-layout.ts";

/** Rises when the layout of the manifest, the cube or the grid changes. */
export const PRICER_MANIFEST_FORMAT = 1;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();

/** Manifest of the pricing network. */
export const pricerManifestSchema = z.strictObject({
  format: z.literal(PRICER_MANIFEST_FORMAT),
  id: z.literal("deep-pricer"),
  /** No score reads it: it is no part of the model bundle whose hash the chain allows. */
  inBundle: z.literal(false),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  /** Tenors of the grid, days, and its strikes in deviations. */
  days: z.array(finite),
  strikes: z.array(finite),
  training: z.strictObject({
    seed: z.string(),
    units: z.array(z.int().positive()),
    rows: z.strictObject({ train: z.int(), stop: z.int(), report: z.int() }),
  }),
  metrics: z.strictObject({
    /** Sizes of the differences to the teacher on parameters never trained on, volatility points. */
    errorPoints: z.strictObject({ median: finite, p95: finite, p99: finite }),
    /** Largest difference between the exported model and the plain float64 pass, log ratio. */
    exportParity: finite,
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of the pricing network; units in {@link pricerManifestSchema}. */
export type PricerManifest = z.infer<typeof pricerManifestSchema>;

/** Golden vectors: places of the cube and the cells that the network must give. */
export const pricerVectorsSchema = z.strictObject({
  /** `[rows][9]` */
  cube: z.array(z.array(finite).length(PRICER_PARAMETERS)).min(1),
  /** `[rows][PRICER_CELLS]` */
  cells: z.array(z.array(finite).length(PRICER_CELLS)).min(1),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link pricerVectorsSchema}. */
export type PricerVectors = z.infer<typeof pricerVectorsSchema>;
