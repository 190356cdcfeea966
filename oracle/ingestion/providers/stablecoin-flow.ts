/** How fast stablecoins change hands, how many there are, and how many come or go: read from the tokens' own logs. */
import { parseAbi, zeroAddress } from "viem";
import type { ChainClient } from "../../chain/client.ts";
import { tokenAbi } from "../../chain/pools/token-abi.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol, MarketSignal } from "../../domain/market.ts";
import type { Anchor } from "../../domain/report.ts";
import { type Address, fromFixedPoint, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { type ChainTape, createChainTape, type TapeReading } from "../sources/chain-tape.ts";
import { checkedLogs, logsInconsistent } from "../sources/checked-logs.ts";
import { isCanonical } from "../sources/checkpoints.ts";
import type { HeadLimits } from "../sources/confirmed-head.ts";
import type { BlockRange } from "../sources/log-ranges.ts";
import { pinned } from "../sources/pinned.ts";
import { createChainProvider } from "./chain-provider.ts";
import type { Provider } from "./provider.ts";
import { signalsOf } from "./signals-of.ts";

/** One stablecoin. */
export interface Stablecoin {
  readonly address: Address;
  readonly decimals: number;
}

/** What is read, and where. */
export interface StablecoinFlowOptions extends HeadLimits {
  readonly id: string;
  /** Opened with the first question. */
  readonly connect: () => Promise<ChainClient>;
  readonly tokens: readonly Stablecoin[];
  readonly assets: readonly AssetSymbol[];
  readonly everySec: number;
  /** Length of the window that ends at the newest confirmed block; an hour of Ethereum has 300 blocks. */
  readonly windowBlocks: number;
  /** Transfers from this amount on are large, tokens. */
  readonly largeTokens: number;
}

/** Source: EIP-20; Tether creates and destroys without a transfer (its contract on Ethereum, `issue` and `redeem`). */
const FLOW_EVENTS = parseAbi([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event Issue(uint256 amount)",
  "event Redeem(uint256 amount)",
]);

/** Sums of one token over one block, or over more. Token units. */
interface Flow {
  readonly moved: bigint;
  readonly large: bigint;
  readonly created: bigint;
  readonly destroyed: bigint;
}

interface BlockFlow extends Flow {
  readonly blockNumber: bigint;
}

const NO_FLOW: Flow = { moved: 0n, large: 0n, created: 0n, destroyed: 0n };

/**
 * Creates the provider. Signals: `stablecoin-supply` (tokens), and in shares of the supply: `stablecoin-velocity` (transferred an hour,
 * creation and destruction left out), `stablecoin-large-share` (of that, in large transfers), `stablecoin-created`,
 * `stablecoin-destroyed` and their difference `stablecoin-net-issue`, each in the window.
 *
 * Only what is new is asked for; what a reorganisation has undone is taken back. Between two questions the supply must have changed by
 * what was created and destroyed, or nothing is told.
 */
export function createStablecoinFlow(options: StablecoinFlowOptions): Provider {
  return createChainProvider({
    ...options,
    open: async (chain) => {
      const tokens = await Promise.all(options.tokens.map(async (token) => await openToken(chain, token, options)));
      return async (nowSec) => {
        const windows = await Promise.all(tokens.map(async (read) => await read(nowSec)));
        return tell(options, windows, nowSec);
      };
    },
  });
}

/** One token's window. */
interface TokenWindow extends Flow {
  readonly decimals: number;
  readonly supply: bigint;
  readonly at: Anchor;
  readonly hours: number;
}

async function openToken(chain: ChainClient, token: Stablecoin, options: StablecoinFlowOptions) {
  await checkDecimals(chain, token);
  const tape = createChainTape<BlockFlow>({
    ...options,
    chain,
    read: async (range) => await readBlocks(chain, token, { range, large: options.largeTokens }),
  });
  let known: { readonly at: Anchor; readonly supply: bigint } | null = null;
  return async (nowSec: number): Promise<TokenWindow> => {
    const reading = await tape.advance(nowSec);
    const { at, from } = reading;
    const supplyCall = { address: token.address, abi: tokenAbi, functionName: "totalSupply", ...pinned(at) } as const;
    const [supply, opened] = await Promise.all([
      chain.reader.readContract(supplyCall),
      chain.reader.getBlock({ blockNumber: from }),
    ]);
    // What a reorganisation has taken back is no measure.
    const before = known !== null && (await isCanonical(chain, known.at)) ? known : null;
    if (before !== null) checkSupply(tape, reading, { token, before, supply });
    known = { at, supply };
    const hours = Math.max(1, at.timestampSec - Number(opened.timestamp)) / SECONDS_PER_HOUR;
    return { ...reading.events.reduce<Flow>(added, NO_FLOW), decimals: token.decimals, supply, at, hours };
  };
}

async function checkDecimals(chain: ChainClient, { address, decimals }: Stablecoin): Promise<void> {
  const actual = await chain.reader.readContract({ address, abi: tokenAbi, functionName: "decimals" });
  if (actual === decimals) return;
  throw new PlimsollError({
    code: "TOKEN_DECIMALS_WRONG",
    problem: `The token ${address} has ${actual} decimals, and the settings say ${decimals}.`,
    remedy: "Correct decimals of this token.",
    context: { address, actual, decimals },
  });
}

/** A supply that changes by more or less than its logs say was not read in full. */
function checkSupply(
  tape: ChainTape<BlockFlow>,
  { at, from, events }: TapeReading<BlockFlow>,
  { token, before, supply }: { token: Stablecoin; before: { at: Anchor; supply: bigint }; supply: bigint },
): void {
  const isInWindow = before.at.blockNumber >= from - 1n && before.at.blockNumber <= at.blockNumber;
  if (!isInWindow) return;
  const since = events.filter(({ blockNumber }) => blockNumber > before.at.blockNumber).reduce<Flow>(added, NO_FLOW);
  if (supply - before.supply === since.created - since.destroyed) return;
  tape.forget();
  throw logsInconsistent(
    `the supply of ${token.address} went from ${before.supply} to ${supply}, its logs say by ${since.created - since.destroyed}`,
  );
}

/** Sums by block, so that a day of transfers is some thousand numbers. */
async function readBlocks(
  chain: ChainClient,
  { address, decimals }: Stablecoin,
  { range, large }: { readonly range: BlockRange; readonly large: number },
): Promise<readonly BlockFlow[]> {
  const query = { address, events: FLOW_EVENTS, fromBlock: range.from, toBlock: range.to, strict: true } as const;
  const logs = checkedLogs(await chain.reader.getLogs(query), { addresses: [address], range });
  const blocks = new Map<bigint, Flow>();
  for (const { blockNumber, ...log } of logs) {
    const flow = log.eventName === "Transfer" ? transferFlow(log.args, { decimals, large }) : issueFlow(log);
    blocks.set(blockNumber, added(blocks.get(blockNumber) ?? NO_FLOW, flow));
  }
  return [...blocks].map(([blockNumber, flow]) => ({ blockNumber, ...flow }));
}

function transferFlow(
  { from, to, value }: { readonly from: Address; readonly to: Address; readonly value: bigint },
  { decimals, large }: { readonly decimals: number; readonly large: number },
): Flow {
  if (from === zeroAddress) return { ...NO_FLOW, created: value };
  if (to === zeroAddress) return { ...NO_FLOW, destroyed: value };
  return { ...NO_FLOW, moved: value, large: fromFixedPoint(value, decimals) >= large ? value : 0n };
}

function issueFlow({ eventName, args }: { readonly eventName: "Issue" | "Redeem"; readonly args: { amount: bigint } }) {
  return eventName === "Issue" ? { ...NO_FLOW, created: args.amount } : { ...NO_FLOW, destroyed: args.amount };
}

function added(sum: Flow, { moved, large, created, destroyed }: Flow): Flow {
  return {
    moved: sum.moved + moved,
    large: sum.large + large,
    created: sum.created + created,
    destroyed: sum.destroyed + destroyed,
  };
}

function tell(
  { id, assets }: StablecoinFlowOptions,
  windows: readonly TokenWindow[],
  nowSec: number,
): readonly MarketSignal[] {
  const sum = (pick: (window: TokenWindow) => bigint, weight: (window: TokenWindow) => number = () => 1): number =>
    windows.reduce((total, window) => total + weight(window) * fromFixedPoint(pick(window), window.decimals), 0);
  const supply = sum((window) => window.supply);
  const oldestSec = Math.min(...windows.map(({ at }) => at.timestampSec));
  const made = { sourceTimeSec: Math.min(nowSec, oldestSec), receivedTimeSec: nowSec };
  const moved = sum((window) => window.moved);
  const shares = {
    "stablecoin-velocity": sum(
      (window) => window.moved,
      ({ hours }) => 1 / hours,
    ),
    "stablecoin-created": sum(({ created }) => created),
    "stablecoin-destroyed": sum(({ destroyed }) => destroyed),
    "stablecoin-net-issue": sum(({ created, destroyed }) => created - destroyed),
  };
  // Shares of nothing are not told.
  const told = {
    "stablecoin-supply": supply,
    ...(supply === 0 ? {} : Object.fromEntries(Object.entries(shares).map(([name, value]) => [name, value / supply]))),
    ...(moved === 0 ? {} : { "stablecoin-large-share": sum(({ large }) => large) / moved }),
  };
  return Object.entries(told).flatMap(([name, value]) => signalsOf({ id, name, assets }, { ...made, value }));
}
