/** What a training thread is started with, and what it says. Plain data only. */
import type { PromotionDecision } from "../../training/challenger/promotion-decision.ts";

/** Models that can be trained again and compared with the one in use. */
export const RETRAINABLE = ["quantile-net", "vol-lstm"] as const;

/** What to train and against what. */
export interface TrainingOrder {
  /** One of {@link RETRAINABLE}. */
  readonly model: string;
  /** Roots of the data; empty for the simulator. */
  readonly data: readonly string[];
  readonly seed: string;
  /** Artefact in use, and the folder for its challenger. */
  readonly championDir: string;
  readonly challengerDir: string;
  /** Appears in the card, seconds. */
  readonly trainedAtSec: number;
}

/** A finished comparison. */
export interface TrainingOutcome {
  readonly decision: PromotionDecision;
  /** SHA-256 of the two model files. */
  readonly champion: string;
  readonly challenger: string;
  /** Markdown. */
  readonly cardDiff: string;
}

/** What a training thread says. */
export type TrainingNotice =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "done"; readonly outcome: TrainingOutcome }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
