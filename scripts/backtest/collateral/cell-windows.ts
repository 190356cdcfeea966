/** From data folders to the cells of the collateral backtest: BTC and ETH, six hours and a day. */
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { isoTime } from "../../../oracle/training/evaluate/evaluation.ts";
import { type ChainSnapshot, readOptionChains } from "../../data/option-chains.ts";
import type { EvaluationRequest } from "../../evaluate/registry.ts";
import { baselineRules } from "./baselines.ts";
import { plimsollMargins } from "./plimsoll-margins.ts";
import type { CellWindow } from "./policies.ts";
import { snapshotPairs } from "./snapshot-pairs.ts";

const HORIZONS_HOURS = [6, 24];
/** One percent of fewer pairs is less than five breaches. */
const FEWEST_PAIRS = 500;

/**
 * Cells with the pairs of the evaluated window; earlier snapshots serve as history.
 *
 * @throws PlimsollError `BACKTEST_WINDOW_EMPTY` where a cell has fewer than 500 pairs, and those of {@link readOptionChains}.
 */
export function cellWindows({ paths, fromSec }: EvaluationRequest): readonly CellWindow[] {
  const chains = readOptionChains(paths);
  return [...chains].flatMap(([asset, snapshots]) =>
    HORIZONS_HOURS.map((hours) => cellOf(asset, { snapshots, hours, fromSec })),
  );
}

interface CellSource {
  readonly snapshots: readonly ChainSnapshot[];
  readonly hours: number;
  readonly fromSec: number | null;
}

function cellOf(asset: AssetSymbol, { snapshots, hours, fromSec }: CellSource): CellWindow {
  const pairs = snapshotPairs(snapshots, hours).filter(({ snapshot }) => snapshot.atSec >= (fromSec ?? 0));
  const name = `${asset}_${hours}h`;
  if (pairs.length < FEWEST_PAIRS) throw tooFew(name, pairs.length, { snapshots, hours, fromSec });
  return { name, snapshots, pairs, margins: plimsollMargins(snapshots, pairs), rules: baselineRules(snapshots) };
}

function tooFew(
  name: string,
  pairs: number,
  { snapshots, hours, fromSec }: CellSource,
): PlimsollError<"BACKTEST_WINDOW_EMPTY"> {
  const last = isoTime(snapshots.at(-1)?.atSec ?? null);
  return new PlimsollError({
    code: "BACKTEST_WINDOW_EMPTY",
    problem: `Cell ${name} has ${pairs} pairs from ${isoTime(fromSec) ?? "the start"} on, fewer than ${FEWEST_PAIRS}: the data end ${last} and a pair needs a snapshot ${hours} to ${2 * hours} hours later.`,
    remedy: "Give an earlier --from, or option chains with a snapshot at least twice a day.",
    context: { cell: name, pairs, limit: FEWEST_PAIRS, fromSec: fromSec ?? "none", snapshots: snapshots.length },
  });
}
