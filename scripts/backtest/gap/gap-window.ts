/** Which moments of an asset are judged, and whether its bars allow it. */
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { GAP_SIDES, type GapPath } from "../../../oracle/models/gap/adverse-gaps.ts";
import { MOMENT_ROWS } from "../../../oracle/models/gap/gap-settings.ts";
import { isoTime } from "../../../oracle/training/evaluate/evaluation.ts";
import type { GapMarket } from "./gap-market.ts";

/** Beginning and end of the judged bars' beginnings, seconds; the end is left out. */
export interface GapWindow {
  readonly fromSec: number;
  readonly toSec: number;
}

/** Hours without a bar inside of the window: exchange outages were shorter, a missing file is longer. */
const GREATEST_OUTAGE_HOURS = 48;
/** Fewer moments than this expect less than four breaches in both directions. */
const MIN_MOMENTS = 200;

/** Every third row of the window at which all given paths have a number. */
export function momentsOf(
  { startSec }: Pick<GapMarket, "startSec">,
  { fromSec, toSec }: GapWindow,
  paths: readonly GapPath[],
): Int32Array {
  const isKnown = (row: number): boolean =>
    paths.every((path) => GAP_SIDES.every((side) => Number.isFinite(path[side][row] ?? Number.NaN)));
  const inWindow = Array.from(startSec.keys()).filter((row) => {
    const start = startSec[row] ?? Number.NaN;
    return row % MOMENT_ROWS === 0 && start >= fromSec && start < toSec;
  });
  return Int32Array.from(inWindow.filter(isKnown));
}

/**
 * Refuses an asset whose window cannot be judged.
 *
 * @throws PlimsollError `EVALUATION_EMPTY` for too few moments, `DATA_GAP` for a long time without bars; each names what was
 * found and the limit.
 */
export function requireJudgeable(market: GapMarket, window: GapWindow, moments: Int32Array): void {
  const outage = longestOutage(market, window);
  if (outage.hours > GREATEST_OUTAGE_HOURS) throw dataGap(market, outage);
  if (moments.length >= MIN_MOMENTS) return;
  const { asset, startSec } = market;
  const [first, last] = [startSec[0] ?? null, startSec.at(-1) ?? null].map(isoTime);
  throw new PlimsollError({
    code: "EVALUATION_EMPTY",
    problem: `${asset} has ${moments.length} moments from ${isoTime(window.fromSec)} on; the limit is ${MIN_MOMENTS}. Its ${startSec.length} bars span ${first} to ${last}, a forecast needs 210 days before it.`,
    remedy: "Give --data more than once, the earlier period as history, or an earlier --from.",
    context: { asset, moments: moments.length, limit: MIN_MOMENTS, bars: startSec.length, fromSec: window.fromSec },
  });
}

interface Outage {
  readonly hours: number;
  readonly afterSec: number;
}

function longestOutage({ startSec }: GapMarket, { fromSec, toSec }: GapWindow): Outage {
  return startSec.reduce<Outage>(
    (longest, start, row) => {
      const before = startSec[row - 1] ?? start;
      const hours = (start - before) / SECONDS_PER_HOUR;
      // A hole that ends where the window begins belongs to the history.
      return before >= fromSec && start < toSec && hours > longest.hours ? { hours, afterSec: before } : longest;
    },
    { hours: 0, afterSec: Number.NaN },
  );
}

function dataGap({ asset }: GapMarket, { hours, afterSec }: Outage): PlimsollError<"DATA_GAP"> {
  return new PlimsollError({
    code: "DATA_GAP",
    problem: `The hourly bars of ${asset} stop for ${hours} hours after ${isoTime(afterSec)}; the limit inside of the window is ${GREATEST_OUTAGE_HOURS}.`,
    remedy: "Give --data the missing file, or a --from behind the hole.",
    context: { asset, hours, afterSec, limit: GREATEST_OUTAGE_HOURS },
  });
}
