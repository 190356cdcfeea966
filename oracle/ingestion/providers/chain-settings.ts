/** Entries of the signals file that are read from a chain: schemas, and the providers that they become. */
import { getAddress, isAddress } from "viem";
import { z } from "zod";
import { connectChain } from "../../chain/client.ts";
import { createChainlinkRounds } from "./chainlink-rounds.ts";
import { createPoolProvider } from "./pools/pool-provider.ts";
import { createProposalProvider } from "./proposals/proposal-provider.ts";
import type { Provider } from "./provider.ts";
import { createStablecoinFlow } from "./stablecoin-flow.ts";

const MIN_SEC = 10;
const MAX_SEC = 86_400;
const MAX_DECIMALS = 36;
/** At 12 s a block. */
const HOUR_OF_ETHEREUM_BLOCKS = 300;
/** A day of Ethereum; more would be millions of logs. */
const MAX_WINDOW_BLOCKS = 7_200;
const FORTNIGHT_OF_ETHEREUM_BLOCKS = 100_800;
/** A month of a chain with a block a second. */
const MAX_GOVERNANCE_BLOCKS = 2_600_000;
const MAX_CONFIRMATIONS = 1_000;
/** Blocks that Ethereum took back since its merge are fewer. */
const DEFAULT_CONFIRMATIONS = 2;
/** Ten blocks of Ethereum may be empty before its RPC is said to lag. */
const DEFAULT_LAG_SEC = 120;
/** Half an hour, as most users of these means take. */
const DEFAULT_TWAP_SEC = 1_800;
const DEFAULT_FEED_AGE_SEC = 90_000;
const USD_FEED_DECIMALS = 8;
const LARGE_TOKENS = 1_000_000;

const address = z
  .string()
  .refine((text) => isAddress(text), "must be an address, with checksum")
  .transform((text) => getAddress(text));
const decimals = z.number().int().min(0).max(MAX_DECIMALS);
const name = z.string().regex(/^[a-z0-9-]+$/, "small letters, digits and hyphens");
const seconds = z.number().int().min(MIN_SEC).max(MAX_SEC);
const shared = {
  name,
  everySec: seconds,
  rpcUrl: z.url({ protocol: /^https?$/ }),
  chainId: z.number().int().positive(),
  confirmations: z.number().int().min(0).max(MAX_CONFIRMATIONS).default(DEFAULT_CONFIRMATIONS),
  maxLagSec: seconds.default(DEFAULT_LAG_SEC),
};
const windowBlocks = z.number().int().min(1).max(MAX_WINDOW_BLOCKS).default(HOUR_OF_ETHEREUM_BLOCKS);

/** Entries by kind. */
export const chainEntrySchemas = [
  z.strictObject({
    kind: z.literal("stablecoins"),
    ...shared,
    assets: z.array(z.string().min(1)).min(1),
    tokens: z.array(z.strictObject({ address, decimals })).min(1),
    windowBlocks,
    /** Transfers from this amount on are large, tokens. */
    largeTokens: z.number().positive().default(LARGE_TOKENS),
  }),
  z.strictObject({
    kind: z.literal("pool"),
    ...shared,
    protocol: z.enum(["uniswap-v2", "uniswap-v3"]),
    asset: z.string().min(1),
    pool: address,
    coin: address,
    coinDecimals: decimals,
    quoteDecimals: decimals,
    quoteFeed: z
      .strictObject({ address, maxAgeSec: seconds.default(MAX_SEC) })
      .nullable()
      .default(null),
    windowBlocks,
    twapSec: seconds.default(DEFAULT_TWAP_SEC),
  }),
  z.strictObject({
    kind: z.literal("chainlink"),
    ...shared,
    asset: z.string().min(1),
    feed: address,
    decimals: decimals.default(USD_FEED_DECIMALS),
    heartbeatSec: z.number().int().min(MIN_SEC).max(DEFAULT_FEED_AGE_SEC),
  }),
  z.strictObject({
    kind: z.literal("proposals"),
    ...shared,
    form: z.enum(["governor", "timelock", "aave-payloads", "aave-configurator"]),
    address,
    /** Tokens whose terms matter, by asset; of Compound v2 its cTokens. */
    tokens: z.record(z.string().min(1), z.array(address).min(1)),
    windowBlocks: z.number().int().min(1).max(MAX_GOVERNANCE_BLOCKS).default(FORTNIGHT_OF_ETHEREUM_BLOCKS),
  }),
] as const;

/** One entry. */
export type ChainEntry = z.infer<(typeof chainEntrySchemas)[number]>;

/** The provider of an entry; its id is kind and name. */
export function chainProviderOf(entry: ChainEntry): Provider {
  const { kind, name: named, rpcUrl, chainId, everySec, ...settings } = entry;
  const head = { id: `${kind}-${named}`, everySec, connect: async () => await connectChain({ rpcUrl, chainId }) };
  if ("form" in settings) return createProposalProvider({ ...head, ...settings });
  if ("tokens" in settings) return createStablecoinFlow({ ...head, ...settings });
  if ("pool" in settings) return createPoolProvider({ ...head, settings });
  return createChainlinkRounds({ ...head, ...settings });
}
