/** Mandate that hedges the quote token's insurance fund in one market, see `MandateTerms` in `contracts/types/HedgeTypes.sol`. */
import { z } from "zod";
import { checksummedAddress } from "./checksummed-address.ts";

/** Limits of `MandateLimits.sol`, seconds and basis points. */
const LEAST_LIFE_SEC = 3_600;
const MAX_LIFE_SEC = 7_776_000;
const LEAST_SHORT_SEC = 60;
const MAX_TARGET_LIFE_SEC = 86_400;
const LEAST_WINDOW_SEC = 3_600;
const MAX_WINDOW_SEC = 604_800;
const MAX_MARGIN_SHARE_BPS = 2_000;
const MAX_SLIPPAGE_BPS = 500;
const MAX_UINT32 = 4_294_967_295;
const MARGIN_BITS = 128n;
/** Sizes are signed on chain. */
const SIZE_BITS = 63n;

const whole = (least: number, greatest: number) => z.number().int().min(least).max(greatest);
const unsigned = (bits: bigint) =>
  z
    .string()
    .regex(/^\d+$/)
    .refine((text) => BigInt(text) < 2n ** bits, `does not fit ${bits} bits`);

/** The terms without the accounts, which are parties. */
const mandateTermsSchema = z.strictObject({
  lifeSec: whole(LEAST_LIFE_SEC, MAX_LIFE_SEC),
  coolDownSec: whole(LEAST_SHORT_SEC, MAX_UINT32),
  targetLifeSec: whole(LEAST_SHORT_SEC, MAX_TARGET_LIFE_SEC),
  windowSec: whole(LEAST_WINDOW_SEC, MAX_WINDOW_SEC),
  marginShareBps: whole(0, MAX_MARGIN_SHARE_BPS),
  slippageBps: whole(0, MAX_SLIPPAGE_BPS),
  maxMargin: unsigned(MARGIN_BITS),
  maxSizeE8: unsigned(SIZE_BITS),
  toleranceE8: unsigned(SIZE_BITS),
  maxTurnoverE8: unsigned(SIZE_BITS),
});

/** A market's mandate. */
export const hedgeSchema = z.strictObject({
  /** Adapter of a perpetual contract with margin in the quote token; `test` makes a local one. */
  venue: z.union([z.literal("test"), checksummedAddress]),
  terms: mandateTermsSchema,
});
