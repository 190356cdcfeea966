/** Answers of a Chainlink price feed, each round that has not been told yet, over changes of phase. */
import type { ChainClient } from "../../chain/client.ts";
import { priceFeedAbi } from "../../chain/feeds/price-feed-abi.ts";
import type { FeedRound } from "../../domain/chain-signals.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { Anchor } from "../../domain/report.ts";
import { type Address, fromFixedPoint } from "../../domain/units.ts";
import { confirmedHead, type HeadLimits } from "../sources/confirmed-head.ts";
import { pinned } from "../sources/pinned.ts";
import { createChainProvider } from "./chain-provider.ts";
import type { Provider } from "./provider.ts";

/** Which feed, and what it promises. */
export interface ChainlinkOptions extends HeadLimits {
  readonly id: string;
  readonly everySec: number;
  readonly connect: () => Promise<ChainClient>;
  readonly asset: AssetSymbol;
  /** Proxy of a feed in USD. */
  readonly feed: Address;
  readonly decimals: number;
  /** Longest time between two answers, seconds. */
  readonly heartbeatSec: number;
}

/** Phase and round of a proxy's round id (docs.chain.link, "Historical Price Data"). */
const PHASE_SHIFT = 64n;
const ROUND_MASK = (1n << PHASE_SHIFT) - 1n;
/** Rounds of one look: more are made within a question's time in no market; older ones are left out. */
const MOST_ROUNDS = 32n;

interface Answer {
  readonly roundId: bigint;
  readonly answer: bigint;
  readonly updatedAt: bigint;
}

/** Creates the provider; its first answer has the newest round and those before it, ascending in time. */
export function createChainlinkRounds(options: ChainlinkOptions): Provider {
  const { id, everySec, connect } = options;
  return createChainProvider({
    ...{ id, everySec, connect },
    open: async (chain) => {
      await checkDecimals(chain, options);
      let told: Answer | null = null;
      return async (nowSec) => {
        const at = await confirmedHead(chain, options, nowSec);
        const newest = await readNewest(chain, options, at);
        const rounds = await readSince(chain, options, { at, newest, told });
        told = newest;
        return rounds.map((round) => feedRound(round, options, nowSec));
      };
    },
  });
}

async function checkDecimals(chain: ChainClient, { feed, decimals }: ChainlinkOptions): Promise<void> {
  const actual = await chain.reader.readContract({ address: feed, abi: priceFeedAbi, functionName: "decimals" });
  if (actual === decimals) return;
  throw new PlimsollError({
    code: "FEED_DECIMALS_WRONG",
    problem: `The feed ${feed} has ${actual} decimals, and the settings say ${decimals}.`,
    remedy: "Correct decimals of this entry: feeds in USD have 8, those in a coin 18.",
    context: { feed, actual, decimals },
  });
}

async function readNewest(chain: ChainClient, { feed, heartbeatSec }: ChainlinkOptions, at: Anchor): Promise<Answer> {
  const call = { address: feed, abi: priceFeedAbi, functionName: "latestRoundData", ...pinned(at) } as const;
  const [roundId, answer, , updatedAt] = await chain.reader.readContract(call);
  const ageSec = at.timestampSec - Number(updatedAt);
  if (updatedAt > 0n && answer > 0n && ageSec >= 0) return { roundId, answer, updatedAt };
  throw new PlimsollError({
    code: "FEED_ANSWER_INVALID",
    problem: `The feed ${feed} says ${answer}, answered ${ageSec} s before its block.`,
    remedy: "Nothing of the feed is told; if it stays so, it has no answer, or is not in use any more.",
    context: { feed, answer, ageSec, heartbeatSec },
  });
}

/** Rounds after the one told last, or of the newest phase alone when another one has begun. */
async function readSince(
  chain: ChainClient,
  { feed }: ChainlinkOptions,
  { at, newest, told }: { readonly at: Anchor; readonly newest: Answer; readonly told: Answer | null },
): Promise<readonly Answer[]> {
  const isSamePhase = told !== null && told.roundId >> PHASE_SHIFT === newest.roundId >> PHASE_SHIFT;
  // A reorganisation may have taken the last one back: what is told then is not newer, and is not told twice.
  const after = isSamePhase && told.roundId < newest.roundId ? told.roundId : newest.roundId - MOST_ROUNDS;
  const first = [after + 1n, newest.roundId - MOST_ROUNDS + 1n, ((newest.roundId >> PHASE_SHIFT) << PHASE_SHIFT) + 1n];
  const from = first.reduce((latest, id) => (id > latest ? id : latest));
  const ids = Array.from({ length: Number(newest.roundId - from) }, (_, place) => from + BigInt(place));
  const call = { address: feed, abi: priceFeedAbi, functionName: "getRoundData", ...pinned(at) } as const;
  const earlier = await Promise.all(
    ids.map(async (id): Promise<Answer> => {
      const [roundId, answer, , updatedAt] = await chain.reader.readContract({ ...call, args: [id] });
      return { roundId, answer, updatedAt };
    }),
  );
  return [...earlier.filter(({ answer, updatedAt }) => answer > 0n && updatedAt > 0n), newest];
}

function feedRound({ roundId, answer, updatedAt }: Answer, options: ChainlinkOptions, nowSec: number): FeedRound {
  const { id, asset, decimals, heartbeatSec } = options;
  return {
    ...{ kind: "feed-round", asset, sourceId: id, price: fromFixedPoint(answer, decimals), heartbeatSec },
    ...{ sourceTimeSec: Math.min(nowSec, Number(updatedAt)), receivedTimeSec: nowSec },
    phase: Number(roundId >> PHASE_SHIFT),
    round: Number(roundId & ROUND_MASK),
  };
}
