/** Manifest and golden vectors of the two contagion networks. */
import { z } from "zod";
import type { Hex } from "../../domain/units.ts";

/** Rises when the layout of the manifest changes. */
export const CONTAGION_MANIFEST_FORMAT = 1;
/** The networks: crashes of assets, and losses of networks of debts. */
export const CONTAGION_IDS = { crash: "contagion-gnn", loss: "contagion-loss" } as const;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();
const range = z.strictObject({ min: finite, max: finite });

/** Manifest of a contagion network. */
export const contagionManifestSchema = z.strictObject({
  format: z.literal(CONTAGION_MANIFEST_FORMAT),
  id: z.enum([CONTAGION_IDS.crash, CONTAGION_IDS.loss]),
  /** No score reads it: it is no part of the model bundle whose hash the chain allows. */
  inBundle: z.literal(false),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  /** Features of a node with their ranges in training. */
  features: z.array(z.strictObject({ name: z.string(), range })).min(1),
  layout: z.strictObject({
    features: z.int(),
    kinds: z.int(),
    channels: z.int(),
    rounds: z.int(),
    outputs: z.int(),
  }),
  training: z.strictObject({
    seed: z.string(),
    files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    graphs: z.int(),
    /** Seconds: first moment and end of the newest outcome; `null` for drawn networks. */
    fromSec: finite.nullable(),
    untilSec: finite.nullable(),
  }),
  /** Figures by name: of the report block for crashes, of networks twice the size for losses. */
  metrics: z.record(z.string(), finite),
  /** Largest difference between the exported model and the plain float64 pass. */
  exportParity: finite,
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of a contagion network; units in {@link contagionManifestSchema}. */
export type ContagionManifest = z.infer<typeof contagionManifestSchema>;

/** Golden vectors: one graph and what the network must say of its nodes. */
export const contagionVectorsSchema = z.strictObject({
  nodes: z.int().positive(),
  kinds: z.int().positive(),
  /** `[nodes, features]` */
  features: z.array(finite),
  senders: z.array(z.int()),
  receivers: z.array(z.int()),
  /** `[edges, kinds]` */
  weights: z.array(finite),
  /** `[nodes, outputs]` */
  outputs: z.array(finite),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link contagionVectorsSchema}. */
export type ContagionVectors = z.infer<typeof contagionVectorsSchema>;
