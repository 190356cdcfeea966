/** The manifest and golden vectors beside the learned feed guard. */
import { z } from "zod";
import type { Hex } from "../../domain/units.ts";

/** Rises when the layout of the manifest changes. */
export const FEED_GUARD_FORMAT = 1;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const counts = z.record(z.string(), z.number());

/** Manifest of the learned feed guard. */
export const feedGuardManifestSchema = z.strictObject({
  format: z.literal(FEED_GUARD_FORMAT),
  id: z.literal("feed-guard"),
  /** Part of the bundle exactly while it acts: only then can it move a score. */
  inBundle: z.boolean(),
  sha256: hash,
  vectorsSha256: hash,
  featureSchemaHash: hash,
  /** Score above which a market is unlike those that were fitted: log of the mean squared error in units of the spread. */
  threshold: z.number(),
  /** Whether an alarm puts the asset in doubt; otherwise it is only stated. Decided on the development rows. */
  acts: z.boolean(),
  training: z.strictObject({
    seed: z.string(),
    units: z.array(z.int().positive()),
    files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    /** Span of the bars of every row, seconds: features of other bars were never fitted, and are not judged. */
    barSpanSec: z.int().positive(),
    /** Seconds: fitted before `trainToSec`; stop, threshold and the decision to act from there to `developToSec`. */
    span: z.strictObject({ fromSec: z.number(), trainToSec: z.number(), developToSec: z.number() }),
    rows: z.strictObject({ train: z.int(), develop: z.int() }),
  }),
  metrics: z.strictObject({
    /** Days with an alarm a week of one asset, on the development rows. */
    alarmsAWeek: z.number(),
    /** Share of markets of the development rows that are noticed once bent, by attack. */
    noticed: counts,
    exportParity: z.number(),
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});
/** See {@link feedGuardManifestSchema}. */
export type FeedGuardManifest = z.infer<typeof feedGuardManifestSchema>;

/** Golden vectors: rows with the score that the network must give. */
export const feedGuardVectorsSchema = z.strictObject({
  /** `[rows][features]`, zero where missing. */
  features: z.array(z.array(z.number())),
  missing: z.array(z.array(z.number())),
  /** `[rows]` */
  score: z.array(z.number()),
  tolerance: z.number().positive(),
});
/** See {@link feedGuardVectorsSchema}. */
export type FeedGuardVectors = z.infer<typeof feedGuardVectorsSchema>;
