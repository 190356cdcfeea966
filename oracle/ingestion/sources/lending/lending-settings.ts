/** Which lending markets a node reads: addresses by chain, from a file that its operator has reviewed. */
import { z } from "zod";
import { PlimsollError } from "../../../domain/errors.ts";
import type { Address } from "../../../domain/units.ts";

const MAX_CONFIRMATIONS = 10_000;
const MAX_ACCOUNTS = 100_000;
const MAX_USD = 1e12;
/** Feeds of large coins answer at least once an hour; a day covers the slowest. */
const MAX_FEED_AGE_SEC = 86_400;
const DEFAULT_FEED_AGE_SEC = 7_200;

const address = z.custom<Address>(
  (value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value),
  "no address",
);

/** Prices in a coin: dollars come from a feed of the base token, whose last answer may be this old. */
const coinQuoteSchema = z.strictObject({
  baseUsdFeed: address,
  maxAgeSec: z.number().int().min(1).max(MAX_FEED_AGE_SEC).default(DEFAULT_FEED_AGE_SEC),
});

const fieldsSchema = z.strictObject({
  protocol: z.enum(["aave-v3", "compound-v2", "compound-v3"]),
  /** Pool of Aave v3, Comptroller of Compound v2, market ("Comet") of Compound v3. */
  address,
  /** Block of the market's deployment: nothing is older. */
  fromBlock: z.coerce.bigint().nonnegative(),
  /** Blocks after which an event is believed. */
  confirmations: z.number().int().min(0).max(MAX_CONFIRMATIONS).default(12),
  /** Tokens, of Compound v2 cTokens, that move with an asset's price; the first is the asset itself, the others may be staked or wrapped forms of it. */
  assets: z.record(z.string().min(1), z.array(address).min(1)),
  /** Deposits, withdrawals, loans and repayments from this amount on are kept, USD. */
  largeUsd: z.number().positive().max(MAX_USD).default(1_000_000),
  /** What the market's prices are in. Markets of Compound v3 that lend a coin may price in that coin: theirs must be said. */
  quote: z.union([z.literal("USD"), coinQuoteSchema]).optional(),
  /** Most accounts with debt that are followed. */
  maxAccounts: z.number().int().min(1).max(MAX_ACCOUNTS).default(5_000),
});
const marketSchema = fieldsSchema
  .refine(({ protocol, quote }) => protocol !== "compound-v3" || quote !== undefined, {
    path: ["quote"],
    message: 'a market of Compound v3 must say "USD", or which feed has the dollars of its base token',
  })
  .refine(({ protocol, quote }) => protocol === "compound-v3" || quote === undefined || quote === "USD", {
    path: ["quote"],
    message: "only markets of Compound v3 price in a coin",
  });
const fileSchema = z.strictObject({
  chains: z.record(z.string().regex(/^[1-9]\d*$/, "a chain id"), z.array(marketSchema)),
});

/** One lending market and how it is read. Field meanings and limits: see the schema in this file. */
export type LendingMarketSettings = Readonly<z.infer<typeof marketSchema>>;

/** What a market's prices are in. */
export type LendingQuote = NonNullable<LendingMarketSettings["quote"]>;

/**
 * Markets of one chain in the text of a settings file; none where the file does not name the chain.
 *
 * @throws PlimsollError `LENDING_SETTINGS_INVALID` naming the first wrong field.
 */
export function lendingMarketsOf(text: string, chainId: number): readonly LendingMarketSettings[] {
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data.chains[String(chainId)] ?? [];
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  throw new PlimsollError({
    code: "LENDING_SETTINGS_INVALID",
    problem: `The settings of lending markets are wrong at "${path}": ${issue?.message ?? "unreadable"}.`,
    remedy: "See docs/operators.md, lending markets.",
    context: { path },
    cause: parsed.error,
  });
}

/** Text that is no JSON is no settings either. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
