/** Response schemas of the public API; OpenAPI is generated from them. */
import { z } from "zod";
import { BREAKER_REASONS } from "../domain/breaker.ts";
import { HELD_STATES, SHOWN_MODES } from "../domain/delivery.ts";

const Hex = z.string().regex(/^0x[0-9a-fA-F]*$/);

const ReasonSchema = z.object({
  factor: z.string().describe("What raises or lowers the ratio"),
  contributionBps: z.number().describe("Share of ρ, basis points; contributions sum to ρ"),
});

/** One short position with its enforced and its target parameters. */
export const PositionSchema = z.object({
  source: Hex.describe("Position source, e.g. the vault"),
  sourceIndex: z.number().describe("Index of the source at the oracle"),
  id: z.string(),
  owner: Hex,
  asset: z.string(),
  kind: z.enum(["call", "put"]),
  strike: z.number().describe("USD"),
  expirySec: z.number().describe("Seconds since the epoch"),
  size: z.number().describe("Contracts"),
  collateralPerContract: z.number().describe("Coins for calls, USD for puts"),
  rhoBps: z.number().describe("Maintenance collateral ratio in force now, basis points"),
  rhoTargetBps: z.number().describe("Ratio at the end of the running ramp, basis points"),
  piBps: z.number().describe("Liquidation penalty, basis points"),
  score: z.number().describe("floor(100 · −log10 p), 0…600; 200 means one in a hundred"),
  health: z.number().nullable().describe("(c − I)/(ρ(L − I)); below 1 liquidatable; null when unknown"),
  reasons: z.array(ReasonSchema),
  explanation: z.string().nullable().describe("What 1 %, a volatility point and a day do; null before it was scored"),
  status: z.enum(["unscored", "fresh", "stale", "flagged", "closed", "settled"]),
  updatedAtSec: z.number(),
});

/** One report and what became of it. */
export const ReportSchema = z.object({
  epoch: z.string(),
  digest: Hex,
  observedAtSec: z.number(),
  state: z.enum(["accepted", "held", "rejected", "pending"]),
  transactionHash: Hex.nullable(),
  blockNumber: z.string().nullable(),
  entries: z.number(),
  applied: z.number(),
  skipped: z.record(z.string(), z.number()),
  signers: z.array(Hex),
  gasUsed: z.string().nullable(),
});

/** The oracle's breaker. */
export const BreakerSchema = z.object({
  mode: z.enum(SHOWN_MODES).describe("UNKNOWN while it cannot be read"),
  reason: z.enum(BREAKER_REASONS).nullable().describe("Why it left NORMAL; null while unknown"),
  meaning: z.string().describe("What the mode means, in words"),
  cause: z.string().nullable().describe("The reason in words"),
  sinceSec: z.number().nullable().describe("Time of the last change of mode"),
  readAtSec: z.number().nullable().describe("Time of the block that was read; null before the first"),
});

/** One report that the chain keeps back whole, or kept back. */
export const HeldReportSchema = z.object({
  digest: Hex.describe("EIP-712 digest of the report: its id"),
  epoch: z.string(),
  chunkIndex: z.number(),
  heldAtSec: z.number(),
  releasableUntilSec: z.number().describe("Last second at which guardian or DAO may release it"),
  decidedAtSec: z.number().nullable().describe("Time of the release or the discard"),
  state: z.enum(HELD_STATES),
  entries: z.number().nullable().describe("Entries of the report; null for one that this node has not signed"),
  tightened: z.number().describe("Entries that it would have tightened"),
  tighteningBps: z.number().describe("Their summed rise of ρ, basis points"),
  transactionHash: Hex,
});

/** Breaker and held reports, the newest first. */
export const DeliverySchema = z.object({
  breaker: BreakerSchema,
  heldReports: z.array(HeldReportSchema),
  heldReadAtSec: z.number().nullable().describe("Time of the block at which the held reports were read"),
});

const StressSchema = z.object({
  name: z.string(),
  spotMove: z.number().describe("Move of every spot price, e.g. -0.3"),
  volRatio: z.number().describe("Factor on every implied volatility"),
  lossUsd: z.number().describe("Growth of the liabilities, at the shock's prices"),
  shortfallUsd: z.number().describe("What the single positions' collateral would not cover"),
});

/** Positions that are judged together. */
export const RiskGroupSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("writer"), source: z.string(), owner: z.string() }),
  z.object({ kind: z.literal("source"), source: z.string() }),
  z.object({ kind: z.literal("fund"), source: z.string(), collateral: z.string().describe("USD or a coin") }),
]);

/** One group of positions judged together. */
const RiskGroupRowSchema = z.object({
  group: RiskGroupSchema,
  positions: z.number().int(),
  unvalued: z.number().int().describe("Counted with their maximum loss: no usable market or prediction"),
  liabilityUsd: z.number(),
  collateralUsd: z.number(),
  valueAtRiskUsd: z.number().describe("99 % quantile of the growth of the liabilities over the horizon"),
  expectedShortfallUsd: z.number().describe("Mean beyond 97.5 %, legs offset each other"),
  standAloneShortfallUsd: z.number().describe("Sum of the positions' own expected shortfalls"),
  uncoveredProbability: z.number().describe("That any position's collateral falls short"),
  uncoveredShortfallUsd: z.number().describe("Mean beyond 97.5 % of what is not covered"),
  stress: z.array(StressSchema),
});

const JointRiskReportSchema = z.object({
  atSec: z.number(),
  horizonSec: z.number(),
  paths: z.number().int(),
  groups: z.array(RiskGroupRowSchema),
});

/** Joint risk of the newest round, `null` before the first. */
export const JointRiskSchema = z.object({ report: JointRiskReportSchema.nullable() });

const ContagionNodeSchema = z.object({
  name: z.string().describe("Asset, or address of a position source"),
  kind: z.enum(["asset", "source"]),
  tiedUsd: z.number().describe("Collateral tied to it"),
  importance: z.number().describe("Share of all collateral that would be lost with it, 0 to 1"),
  exposure: z.number().describe("Share of it lost when the other asset that hurts it most is lost in full, 0 to 1"),
  lossUsd: z.number().describe("Collateral of the sources that would be lost with it"),
  paths: z.array(
    z.object({
      nodes: z.array(z.string()),
      edges: z.array(z.object({ from: z.string(), to: z.string(), lossUsd: z.number() })),
      lossUsd: z.number().describe("Loss of the last node by this path"),
    }),
  ),
});

/** Contagion in the book of the newest round, `null` before the first. */
export const ContagionSchema = z.object({
  report: z.object({ atSec: z.number(), correlationDays: z.number(), nodes: z.array(ContagionNodeSchema) }).nullable(),
});

/** Liveness and readiness of the parts, and the breaker of the chain, which decides about neither. */
export const HealthSchema = z.object({
  status: z.enum(["ok", "degraded", "failed", "starting"]),
  breaker: BreakerSchema,
  components: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["starting", "ok", "degraded", "failed"]),
      reason: z.string().nullable(),
      sinceSec: z.number(),
    }),
  ),
});

const DriftSchema = z.object({
  asset: z.string(),
  atSec: z.number(),
  sinceSec: z.number().describe("Start of the watch"),
  steps: z.number().int().describe("Forecasts whose loss is known"),
  recentLoss: z.number().nullable().describe("Mean normalised loss of a week; 1 as in training, null while unknown"),
  alarm: z.object({ atSec: z.number(), detector: z.enum(["adwin", "page-hinkley"]) }).nullable(),
  isDoubted: z.boolean().describe("For 72 hours after an alarm scores of the asset may only tighten"),
  widening: z.array(z.number()).describe("Factor on the moves within 1, 4, 24 and 72 hours, at least 1"),
});

const ModelEventSchema = z.object({
  id: z.string(),
  recordedAtSec: z.number(),
  model: z.string(),
  event: z.enum(["alarm", "requested", "promoted", "kept", "cancelled", "failed"]),
  champion: z.string().nullable().describe("SHA-256 of the model in use, where a comparison was made"),
  challenger: z.string().nullable(),
  detail: z.unknown().describe("Figures and reasons"),
});

/** Models in use and what the drift watch says of them. */
export const ModelsSchema = z.object({
  models: z.array(z.object({ id: z.string(), sha256: Hex })),
  drift: z.array(DriftSchema),
  log: z.array(ModelEventSchema).describe("Decisions and alarms, the newest first, at most 50"),
});

/** Positions with the market time they were read at. */
export const PositionListSchema = z.object({
  marketTimeSec: z.number(),
  dataSource: z.string(),
  models: z.array(z.object({ id: z.string(), sha256: Hex })),
  positions: z.array(PositionSchema),
});

/** Volatility surface of one asset, or why it has none. */
export const SurfaceSchema = z.object({
  asset: z.string(),
  atSec: z.number().describe("Time of the newest round, seconds"),
  fault: z
    .enum(["no-chain", "stale-chain", "surface-failed"])
    .nullable()
    .describe("Why the rules serve instead; null with a surface"),
  surface: z
    .object({
      sourceId: z.string(),
      quotedAtSec: z.number().describe("Time of the quotes, seconds"),
      ageSec: z.number().describe("Age of the quotes; beyond 7200 s they only raise what the rules say"),
      standsIn: z.boolean().describe("A later chain gave no surface: this one only raises what the rules say"),
      index: z.number().describe("Price of the asset at that time, USD"),
      repair: z.enum(["none", "slices", "ssvi"]).describe("What freedom from arbitrage took"),
      arbitragePoints: z.number().int().describe("Places of the grid that can be arbitraged"),
      gridPoints: z.number().int().describe("Places of the grid"),
      quotes: z.number().int().describe("Usable quotes"),
      quotesInside: z.number().int().describe("Of these, quotes between whose bid and ask the surface's price lies"),
      factors: z
        .record(z.string(), z.number())
        .describe("Level, 25-delta risk reversal and butterfly at 7, 30 and 90 days, decimal a year"),
      slices: z.array(
        z.object({
          expirySec: z.number(),
          tenorYears: z.number().describe("From the time of the quotes"),
          forward: z.number().describe("USD"),
          quoteCount: z.number().int(),
          lowestQuoted: z.number().describe("Least ln(K/F) quoted; beyond the quoted strikes the surface only raises"),
          highestQuoted: z.number().describe("Greatest ln(K/F) quoted"),
          svi: z
            .object({ a: z.number(), b: z.number(), rho: z.number(), m: z.number(), sigma: z.number() })
            .describe("Total variance a + b (ρ (k − m) + √((k − m)² + σ²)) at k = ln(K/F)"),
        }),
      ),
    })
    .nullable(),
});

/** Every error of the API has this shape. */
export const ErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});
