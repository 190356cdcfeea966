/** Limits of a deployment's configuration: delivery, insurance funds, and caps on new risk. */
import { z } from "zod";

const MAX_BPS = 10_000;
const MAX_UINT16 = 65_535;
const MAX_UINT24 = 16_777_215;
const MAX_UINT32 = 4_294_967_295;
/** Widths of the chain's counters of summed tightening. */
const MAX_REPORT_BPS = 2 ** 20 - 1;
const MAX_WINDOW_BPS = 2 ** 24 - 1;
const MIN_WINDOW_SEC = 3_600;
const MAX_DELIVERY_SEC = 2_592_000;
/** Share of liquidations that the vault lets a fund have. */
const MAX_FUND_FEE_BPS = 2_000;
/** Widths of a cap on sizes and of one on collateral. */
const SIZE_BITS = 64n;
const COLLATERAL_BITS = 104n;

const bps = z.number().int().min(0).max(MAX_BPS);
const seconds = z.number().int().min(0).max(MAX_UINT32);
const unsigned = (bits: bigint) =>
  z
    .string()
    .regex(/^\d+$/)
    .refine((text) => BigInt(text) < 2n ** bits, `does not fit ${bits} bits`);

/** Caps and times of the oracle's delivery, see `DeliveryLimits` in `contracts/types/DeliveryTypes.sol`. */
export const deliverySchema = z.strictObject({
  reportTightened: z.number().int().min(0).lt(MAX_UINT16),
  reportTighteningBps: z.number().int().min(0).lt(MAX_REPORT_BPS),
  windowTightened: z.number().int().min(0).lt(MAX_UINT16),
  windowTighteningBps: z.number().int().min(0).lt(MAX_WINDOW_BPS),
  windowSec: z.number().int().min(MIN_WINDOW_SEC).max(MAX_DELIVERY_SEC),
  dispersionBps: bps,
  violations: z.number().int().min(0).max(MAX_UINT16),
  coolDownSec: z.number().int().min(0).max(MAX_DELIVERY_SEC),
  heldSec: z.number().int().min(1).max(MAX_DELIVERY_SEC),
  rootValiditySec: z.number().int().min(0).max(MAX_DELIVERY_SEC),
});

/** Every insurance fund: its share of liquidations, and limits that the contract checks against each other. */
export const fundSchema = z.strictObject({
  feeBps: z.number().int().min(0).max(MAX_FUND_FEE_BPS),
  coolDownSec: seconds,
  exitWindowSec: seconds,
  settlementWindowSec: seconds,
  utilisationBps: bps,
  seriesCapBps: bps,
});

/** One side of a market, see `MarketCaps` in `contracts/types/VaultTypes.sol`. */
export const sideCapsSchema = z.strictObject({
  maxOpenInterestE8: unsigned(SIZE_BITS),
  maxCollateral: unsigned(COLLATERAL_BITS),
  maxSizeE8: unsigned(SIZE_BITS),
  maxPositions: z.number().int().min(1).max(MAX_UINT24),
});
