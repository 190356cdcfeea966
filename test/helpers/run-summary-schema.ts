/** The contract of the JSON object that the main job ends with, key by key; anything more or less is an error. */
import { z } from "zod";

const count = z.number().int().nonnegative();
const tally = z.record(z.string(), count);

/** A reading that was not simply used, and for how long. */
const FEED_FINDING = z.strictObject({
  asset: z.string().min(1),
  feature: z.enum(["price", "depth", "funding", "implied-vol", "market"]),
  sourceId: z.string().min(1),
  action: z.enum(["down-weight", "exclude", "veto"]),
  reason: z.string().min(1),
  detail: z.string().min(1),
  rounds: count.min(1),
  firstSec: count,
  lastSec: count,
});

/** Strict schema of the summary. */
export const RUN_SUMMARY_SCHEMA = z.strictObject({
  rounds: count,
  operators: count,
  threshold: count,
  sources: count,
  positions: count,
  observations: count,
  reports: z.strictObject({ signed: count, accepted: count, held: count, rejected: count }),
  entries: z.strictObject({ applied: count, skipped: tally }),
  vault: z.strictObject({
    opened: count,
    flagged: count,
    liquidated: count,
    settled: count,
    redeemed: count,
    unwanted: count,
    shortfall: z.string().regex(/^\d+$/),
  }),
  loans: z.strictObject({ opened: count, repaid: count, liquidated: count, shortfall: z.string().regex(/^\d+$/) }),
  hedge: z.strictObject({
    reports: count,
    trades: count,
    tradedUsd: count,
    refused: tally,
    mandates: z.array(
      z.strictObject({
        asset: z.string().min(1),
        netDeltaCoins: z.number().nullable(),
        positionCoins: z.number(),
        marginUsd: z.number().nonnegative(),
        equityUsd: z.number(),
        idleUsd: z.number().nonnegative(),
      }),
    ),
  }),
  roundsWithQuorum: count,
  vetoed: count,
  ingestion: z.strictObject({ accepted: count, rejected: tally }),
  feeds: z.array(FEED_FINDING),
  tightened: count,
  loosened: count,
  roundMs: z.strictObject({ p50: z.number().positive(), p99: z.number().positive() }),
  gas: z.strictObject({ reportPerEntry: z.number().positive() }),
  models: z.array(z.strictObject({ id: z.string().min(1), sha256: z.string().regex(/^0x[0-9a-f]{64}$/) })).min(1),
  dataSource: z.string().min(1),
});

/** A checked summary. */
export type CheckedSummary = Readonly<z.infer<typeof RUN_SUMMARY_SCHEMA>>;
