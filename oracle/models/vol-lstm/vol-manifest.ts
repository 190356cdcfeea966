/** Manifest and golden vectors of the volatility network. */
import { z } from "zod";
import type { Hex } from "../../domain/units.ts";
import { VOL_MEMBERS } from "./combine-forecasts.ts";
import {
  DAY_FEATURES,
  DAY_STEPS,
  HOUR_FEATURES,
  HOUR_STEPS,
  STATE_FEATURES,
  VOL_HORIZONS_HOURS,
} from "./vol-inputs.ts";

/** Rises when the layout of the manifest changes. */
export const VOL_MANIFEST_FORMAT = 1;

const hash = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value),
  "0x and 64 hex digits",
);
const finite = z.number();
const horizons = VOL_HORIZONS_HOURS.length;
/** Losses of one policy on the walk-forward's test blocks. */
const score = z.strictObject({
  series: z.string(),
  horizonHours: finite,
  everyHours: finite,
  count: z.int(),
  /** Mean QLIKE by model or baseline. */
  qlike: z.record(z.string(), finite),
  /** Combined over log-HAR, with a 95 % block-bootstrap interval and the Diebold-Mariano p-value of equal accuracy. */
  ratioToLogHar: finite,
  interval: z.tuple([finite, finite]),
  dieboldMarianoP: finite,
});

/** Manifest of the volatility network. */
export const volManifestSchema = z.strictObject({
  format: z.literal(VOL_MANIFEST_FORMAT),
  id: z.literal("vol-lstm"),
  /** SHA-256 of model.onnx. */
  sha256: hash,
  vectorsSha256: hash,
  /** The layout that the inputs must have. */
  inputs: z.strictObject({
    horizonsHours: z.array(z.number()).length(horizons),
    hourSteps: z.literal(HOUR_STEPS),
    hourFeatures: z.literal(HOUR_FEATURES),
    daySteps: z.literal(DAY_STEPS),
    dayFeatures: z.literal(DAY_FEATURES),
    stateFeatures: z.array(z.string()).length(STATE_FEATURES.length),
  }),
  /** Coefficients of the pooled log-HAR member, constant first. */
  logHar: z.array(z.array(finite).length(4)).length(horizons),
  combination: z.strictObject({
    members: z.array(z.enum(VOL_MEMBERS)).length(VOL_MEMBERS.length),
    prior: z.array(z.number().positive()).length(VOL_MEMBERS.length),
    halfLifeDays: z.number().positive(),
    priorDays: z.number().positive(),
    power: z.number().nonnegative(),
    /** Out-of-sample losses of the walk-forward at its end, with which later forecasts of these series begin. */
    records: z.array(
      z.strictObject({
        series: z.string(),
        everyHours: finite,
        horizonHours: finite,
        sums: z.array(finite).length(VOL_MEMBERS.length),
        masses: z.array(finite).length(VOL_MEMBERS.length),
        lastSec: finite.nullable(),
      }),
    ),
  }),
  training: z.strictObject({
    seed: z.string(),
    networks: z.int().positive(),
    series: z.array(z.string()),
    files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    /** Seconds: first row, start of the block that stopped the training, end of the newest label. */
    span: z.strictObject({ fromSec: finite, stopFromSec: finite, untilSec: finite }),
    rows: z.strictObject({ train: z.int(), stop: z.int() }),
  }),
  metrics: z.strictObject({
    /** Ends of training of the walk-forward's folds, seconds; each is tested until the next, the last until the end. */
    foldsSec: z.array(finite),
    scores: z.array(score),
    /** Scores on series that a further fit had left out; empty when none were. */
    unseenScores: z.array(score),
    /** Relative change of QLIKE of the linear part without a family of inputs, fitted on the first fold, on all later rows. */
    inputAblation: z.array(
      z.strictObject({
        family: z.string(),
        horizonHours: finite,
        count: z.int(),
        change: finite,
        interval: z.tuple([finite, finite]),
      }),
    ),
    /** Which signals beside prices would help; empty without their files. */
    signals: z.strictObject({
      ablation: z.array(
        z.strictObject({
          family: z.string(),
          horizonDays: finite,
          count: z.int(),
          /** Relative change of QLIKE with the family; `null` where there is too little history. */
          change: finite.nullable(),
          interval: z.tuple([finite, finite]).nullable(),
        }),
      ),
      /** Holm-adjusted p-values of precedence in both directions. */
      precedence: z.array(
        z.strictObject({
          signal: z.string(),
          count: z.int(),
          precedesVolatility: finite.nullable(),
          followsVolatility: finite.nullable(),
        }),
      ),
    }),
    /** Largest difference between the exported model and the plain float64 pass, log variance. */
    exportParity: finite,
  }),
  environment: z.strictObject({ node: z.string(), onnxruntime: z.string(), platform: z.string() }),
});

/** Manifest of the volatility network; units in {@link volManifestSchema}. */
export type VolManifest = z.infer<typeof volManifestSchema>;
/** One line of the manifest's scores. */
export type VolScore = VolManifest["metrics"]["scores"][number];

/** Golden vectors: rows fed to the network and what it must give. */
export const volVectorsSchema = z.strictObject({
  /** `[rows][HOUR_STEPS × HOUR_FEATURES]` */
  hours: z.array(z.array(finite).length(HOUR_STEPS * HOUR_FEATURES)).min(1),
  /** `[rows][DAY_STEPS × DAY_FEATURES]` */
  days: z.array(z.array(finite).length(DAY_STEPS * DAY_FEATURES)).min(1),
  /** `[rows][STATE_FEATURES]` */
  state: z.array(z.array(finite).length(STATE_FEATURES.length)).min(1),
  /** `[rows][horizon]` */
  logRatio: z.array(z.array(finite).length(horizons)).min(1),
  linear: z.array(z.array(finite).length(horizons)).min(1),
  /** Largest absolute difference allowed; other CPUs round differently. */
  tolerance: z.number().positive(),
});

/** Golden vectors; see {@link volVectorsSchema}. */
export type VolVectors = z.infer<typeof volVectorsSchema>;
