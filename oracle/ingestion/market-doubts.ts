/** Reasons not to trust parts of an asset's market; they can only tighten or veto. */
import type { ParameterProposal } from "../domain/chain-signals.ts";
import type { FeedVerdict } from "../domain/feed-verdict.ts";
import type { AssetMarket, AssetSymbol, BarSeries, MarketDoubt } from "../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import type { BookFault } from "./guard.ts";
import type { GuardLimits } from "./guard-limits.ts";
import { isPending } from "./proposal-shelf.ts";

/** A hole of at least this many bars is a gap; one rejected bar is not. */
const GAP_BARS = 2;

/** What doubts are drawn from. */
export interface DoubtInput {
  readonly asset: AssetSymbol;
  /** `null` while the asset has no accepted bar. */
  readonly market: AssetMarket | null;
  readonly book: { readonly fault: BookFault | null; readonly everSeen: boolean };
  /** Verdicts of the feed defence on this asset. */
  readonly feeds: readonly FeedVerdict[];
  /** Whether a chain of options was ever accepted. */
  readonly chainEverSeen: boolean;
  readonly atSec: number;
  readonly limits: GuardLimits;
}

/** Lists every doubt about one asset at one time; empty for a sound market. */
export function findDoubts(input: DoubtInput): readonly MarketDoubt[] {
  const { asset, market, book, atSec } = input;
  if (market === null) return [{ asset, reason: "no-data", detail: "no accepted bar" }];
  const doubts: MarketDoubt[] = [];
  const add = (reason: MarketDoubt["reason"], detail: string | null): void => {
    if (detail !== null) doubts.push({ asset, reason, detail });
  };
  add("stale-spot", staleSpot(market.bars, input));
  add(
    "book-faulty",
    book.fault === null ? null : `${book.fault.detail}; none trusted until enough good books followed`,
  );
  add("source-conflict", sourceConflict(input));
  add("stale-book", book.fault === null && book.everSeen && market.book === null ? "last good book is too old" : null);
  const isSilent = input.chainEverSeen && (market.chain ?? null) === null;
  add("stale-chain", isSilent ? "last good chain of options is too old" : null);
  add("gap", gap(market.bars, atSec));
  add("jump", jump(market.bars, input));
  add("parameter-proposal", pendingChange(market.proposals ?? [], atSec));
  return doubts;
}

/** The change that is nearest to being felt, in words, with how many there are. */
function pendingChange(proposals: readonly ParameterProposal[], atSec: number): string | null {
  const pending = proposals.filter((proposal) => isPending(proposal, atSec));
  const [newest] = pending.toSorted((left, right) => right.sourceTimeSec - left.sourceTimeSec);
  if (newest === undefined) return null;
  const { sourceId, proposalId, parameter, stage, call } = newest;
  const further = pending.length === 1 ? "" : `, and ${pending.length - 1} more`;
  return `${parameter} of ${sourceId} ${stage} in ${proposalId} (${call || "announcement not seen"})${further}`;
}

function staleSpot(bars: BarSeries, { atSec, limits }: DoubtInput): string | null {
  const ageSec = atSec - (bars.endSec.at(-1) ?? 0);
  return ageSec > 2 * bars.spanSec + limits.spotGraceSec ? `last bar ended ${ageSec} s ago` : null;
}

/** Nobody is followed, depth was made to be seen, or the source that serves the price is not one of those that are followed. */
function sourceConflict({ feeds, market }: DoubtInput): string | null {
  const serving = market?.provenance.sourceId;
  const found = feeds.find(
    ({ action, feature, sourceId, reason }) =>
      action === "veto" ||
      reason === "spoofed-depth" ||
      reason === "wash-volume" ||
      reason === "drained-pools" ||
      (action === "exclude" && feature === "price" && sourceId === serving),
  );
  return found === undefined ? null : `${found.feature} of ${found.sourceId}: ${found.reason}, ${found.detail}`;
}

/** Newest hole of the last day. */
function gap(bars: BarSeries, atSec: number): string | null {
  for (let index = bars.endSec.length - 1; index > 0; index -= 1) {
    const endSec = bars.endSec[index] ?? 0;
    if (endSec < atSec - SECONDS_PER_DAY) return null;
    const lost = Math.round((endSec - (bars.endSec[index - 1] ?? 0)) / bars.spanSec) - 1;
    if (lost >= GAP_BARS) return `${lost} bars lost before ${endSec}`;
  }
  return null;
}

/** Newest single-bar jump of the last hour, or of the last bar where bars are longer. */
function jump(bars: BarSeries, { atSec, limits }: DoubtInput): string | null {
  const limit = limits.jumpLogMovePerHour * Math.sqrt(bars.spanSec / SECONDS_PER_HOUR);
  const oldestSec = atSec - Math.max(SECONDS_PER_HOUR, bars.spanSec);
  for (let index = bars.close.length - 1; index > 0; index -= 1) {
    if ((bars.endSec[index] ?? 0) < oldestSec) return null;
    const move = Math.log((bars.close[index] ?? 0) / (bars.close[index - 1] ?? 0));
    if (Math.abs(move) > limit) return `log move ${move.toFixed(3)} in one bar, limit ${limit.toFixed(3)}`;
  }
  return null;
}
