/** Runs the live scoring path through hourly history once, and beside it every part's change. */

import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { isoTime, type Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { fittedUntil } from "../../evaluate/fitted-until.ts";
import type { EvaluationRequest } from "../../evaluate/registry.ts";
import {
  followVariant,
  type VariantFollower,
  type VariantGain,
  variantMetrics,
} from "../../evaluate/score/follow-variant.ts";
import { noScoreWindow } from "../../evaluate/score/no-score-window.ts";
import { walkFiles } from "../../evaluate/score/walk-files.ts";
import type { BacktestResult } from "../run-backtest.ts";
import { ablationReport } from "./ablation-report.ts";
import { type Component, components } from "./components.ts";

/** What one part's change comes to. */
export interface AblationRow extends Pick<Component, "id" | "change" | "isOn"> {
  readonly gain: VariantGain;
}

const JUDGED_ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];

/**
 * Judges every part on the positions that `evaluate -- --model score` draws.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` when no position of the window has a whole future, and those of the readers.
 */
export async function runAblation(request: EvaluationRequest): Promise<BacktestResult> {
  const parts: (Omit<Component, "variant"> & { readonly follower: VariantFollower })[] = [];
  const { outcomes } = await walkFiles({
    ...request,
    assets: JUDGED_ASSETS,
    follow: (models) => {
      for (const { variant, ...part } of components(models)) {
        parts.push({ ...part, follower: followVariant(JUDGED_ASSETS, variant) });
      }
      return Object.fromEntries(parts.map(({ id, follower }) => [id, follower]));
    },
  });
  if (outcomes.length === 0) throw noScoreWindow(request.fromSec);
  const rows = parts.map(({ follower, ...part }): AblationRow => ({ ...part, gain: follower.report() }));
  const times = outcomes.map(({ atSec }) => atSec);
  const window = { from: isoTime(Math.min(...times)), to: isoTime(Math.max(...times)) };
  const seen: Metrics = fittedUntil(["quantile-net", "vol-lstm", "cascade"], Math.min(...times));
  const parted = rows.map(({ gain, ...part }) => [part.id, { ...part, ...variantMetrics(gain) }] as const);
  return {
    json: { window, ...seen, components: Object.fromEntries(parted) },
    report: ablationReport({ rows, window }),
  };
}
