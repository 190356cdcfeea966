/** How fast stablecoins change hands, how many there are, and how many come or go: read from the tokens' own logs. */
import { parseAbi, zeroAddress } from "viem";
import { type ChainClient, isTransportFailure } from "../../chain/client.ts";
import { hasCode, type Outcome } from "../../domain/errors.ts";
import type { AssetSymbol, MarketSignal } from "../../domain/market.ts";
import { type Address, fromFixedPoint } from "../../domain/units.ts";
import { readLogRanges } from "../sources/log-ranges.ts";
import type { RestFailure } from "../venues/venue-rest.ts";
import type { Provider } from "./provider.ts";
import { signalsOf } from "./signals-of.ts";

/** One stablecoin. */
export interface Stablecoin {
  readonly address: Address;
  readonly decimals: number;
}

/** What is read, and where. */
export interface StablecoinFlowOptions {
  readonly id: string;
  /** Opened with the first question. */
  readonly connect: () => Promise<ChainClient>;
  readonly tokens: readonly Stablecoin[];
  readonly assets: readonly AssetSymbol[];
  readonly everySec: number;
  /** Length of the window that ends at the newest block; an hour of Ethereum has 300 blocks. */
  readonly windowBlocks: number;
}

const ABI = parseAbi([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "function totalSupply() view returns (uint256)",
]);
const [TRANSFER] = ABI;

/**
 * Creates the provider. Signals: `stablecoin-supply` (tokens), `stablecoin-velocity` (transferred in the window over supply,
 * creation and destruction left out), `stablecoin-net-issue` (created less destroyed in the window over supply).
 *
 * The window is read whole at each question, so that a reorganised block counts as it stands now.
 */
export function createStablecoinFlow(options: StablecoinFlowOptions): Provider {
  let opened: Promise<ChainClient> | null = null;
  return {
    id: options.id,
    everySec: options.everySec,
    ask: async (nowSec) => {
      try {
        opened ??= options.connect();
        return { ok: true, value: await readSignals(options, await opened, nowSec) };
      } catch (error) {
        opened = null;
        return failureOf(error);
      }
    },
  };
}

async function readSignals(
  { id, assets, tokens, windowBlocks }: StablecoinFlowOptions,
  chain: ChainClient,
  nowSec: number,
): Promise<readonly MarketSignal[]> {
  const head = await chain.reader.getBlock();
  const from = head.number >= BigInt(windowBlocks) ? head.number - BigInt(windowBlocks) + 1n : 0n;
  const range = { from, to: head.number };
  const flows = await Promise.all(tokens.map(async (token) => await readFlow(chain, token, range)));
  const sum = (pick: (flow: Flow) => number): number => flows.reduce((total, flow) => total + pick(flow), 0);
  const supply = sum((flow) => flow.supply);
  const made = { sourceTimeSec: Math.min(nowSec, Number(head.timestamp)), receivedTimeSec: nowSec };
  const named = { "stablecoin-supply": supply, ...sharesOf(supply, sum) };
  return Object.entries(named).flatMap(([name, value]) => signalsOf({ id, name, assets }, { ...made, value }));
}

/** Shares of nothing are not told. */
function sharesOf(supply: number, sum: (pick: (flow: Flow) => number) => number): Readonly<Record<string, number>> {
  if (supply === 0) return {};
  return {
    "stablecoin-velocity": sum((flow) => flow.moved) / supply,
    "stablecoin-net-issue": sum((flow) => flow.issued) / supply,
  };
}

interface Flow {
  readonly supply: number;
  readonly moved: number;
  readonly issued: number;
}

async function readFlow(
  chain: ChainClient,
  { address, decimals }: Stablecoin,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<Flow> {
  const read = async ({ from, to }: typeof range) =>
    await chain.reader.getLogs({ address, event: TRANSFER, fromBlock: from, toBlock: to, strict: true });
  const { events } = await readLogRanges({ chain, range, read });
  const supply = await chain.reader.readContract({
    address,
    abi: ABI,
    functionName: "totalSupply",
    blockNumber: range.to,
  });
  let moved = 0n;
  let issued = 0n;
  for (const { args } of events) {
    if (args.from === zeroAddress) issued += args.value;
    else if (args.to === zeroAddress) issued -= args.value;
    else moved += args.value;
  }
  return {
    supply: fromFixedPoint(supply, decimals),
    moved: fromFixedPoint(moved, decimals),
    issued: fromFixedPoint(issued, decimals),
  };
}

function failureOf(error: unknown): Outcome<never, RestFailure> {
  const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  const isAway = isTransportFailure(error) || hasCode(error, "RPC_UNREACHABLE");
  return { ok: false, reason: isAway ? "unreachable" : "malformed", detail };
}
