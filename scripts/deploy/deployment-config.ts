/** The reviewed input of a deployment: `deployments/<network>/config.json`, checked and expanded to contract arguments. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import { cautionSchema } from "./caution-schema.ts";
import { checksummedAddress } from "./checksummed-address.ts";
import { classFeedFault, classFeedSchema } from "./class-feeds.ts";
import { hedgeSchema } from "./hedge-schema.ts";
import { deliverySchema, fundSchema, sideCapsSchema } from "./limit-schemas.ts";

/** Floors of `PlimsollAccessManager`, seconds. */
const LEAST_WIDENING_DELAY_SEC = 86_400;
const LEAST_NARROWING_DELAY_SEC = 3_600;
/** A vote must begin after its proposal could be seen, and last long enough to take part. */
const LEAST_VOTING_SEC = 3_600;
const MAX_PERCENT = 100;
const MAX_BPS = 10_000;
/** The vault takes no greater bounty. */
const MAX_FLAG_BOUNTY_BPS = 100;
/** Limits of the vault's valves; USD amounts have 64 bits at 1e-8. */
const MIN_VALVE_WINDOW_SEC = 600;
const MAX_VALVE_WINDOW_SEC = 604_800;
const MAX_VALVE_USD = 184_000_000_000;
/** Width of a bounty. */
const MAX_BOUNTY = 2n ** 80n - 1n;
/** The price guard waits no longer than this after a restart of the sequencer. */
const MAX_GRACE_SEC = 86_400;
const MAX_UINT16 = 65_535;
const MAX_UINT32 = 4_294_967_295;
const MONEYNESS_EDGES = 7;
const TENOR_EDGES = 3;
const TENOR_BUCKETS = 4;
const GRID_CELLS = 32;
/** Class ids: hundreds number the market, tens the moneyness bucket, ones the tenor bucket. */
const CLASS_MARKET_STEP = 100;
const CLASS_MONEYNESS_STEP = 10;

const bps = z.number().int().min(0).max(MAX_BPS);
const seconds = z.number().int().min(0).max(MAX_UINT32);
const lane = z.strictObject({ stepBps: bps, driftBps: bps, delaySec: seconds });

const classCommon = z.strictObject({
  rhoCeilingBps: bps,
  piFloorBps: bps,
  piCapBps: bps,
  deltaBps: bps,
  tighten: lane,
  loosen: lane,
  windowSec: seconds,
  validitySec: seconds,
  graceMinutes: z.number().int().min(0),
  rampMinutes: z.number().int().min(0),
  fallbackRampMinutes: z.number().int().min(0),
  betaBps: bps,
  maxAboveOpenBps: bps,
  piStepBps: bps,
});

const moneynessBucket = z.strictObject({
  /** Highest moneyness of the bucket in basis points (K/S for calls, S/K for puts); `null` for the last. */
  belowBps: z.number().int().min(1).max(MAX_UINT16).nullable(),
  name: z.string().min(1),
  rhoFloorBps: bps,
  piDefaultBps: bps,
  /** Static grid cell per tenor bucket: least ρ for new risk before β, and the default ρ without a score. */
  rhoInitialBps: z.array(bps).min(1).max(TENOR_BUCKETS),
});

/** A contract that the network has, or a test contract that the deployment makes; never on a mainnet. */
const external = z.union([z.literal("test"), checksummedAddress]);
const digits = z.string().regex(/^\d+$/);

const market = z.strictObject({
  asset: z.string().regex(/^[A-Z]{2,10}$/),
  /** ERC-20 of the underlying. */
  base: external,
  /** Chainlink proxy of the asset in USD. */
  feed: external,
  baseDecimals: z.number().int().min(0).max(18),
  quoteDecimals: z.number().int().min(0).max(18),
  minBase: digits,
  minQuote: digits,
  minPriceE8: digits,
  maxPriceE8: digits,
  /** What new risk may add up to, by side. */
  caps: z.strictObject({ calls: sideCapsSchema, puts: sideCapsSchema }),
  /** Absent where nobody hedges the quote fund in this market. */
  hedge: hedgeSchema.optional(),
});

const governance = z.strictObject({
  votingDelaySec: seconds.min(LEAST_VOTING_SEC),
  votingPeriodSec: seconds.min(LEAST_VOTING_SEC),
  lateQuorumExtensionSec: seconds,
  quorumPercent: z.number().int().min(1).max(MAX_PERCENT),
  /** Votes needed to propose, token units. */
  proposalThreshold: digits,
  wideningDelaySec: seconds.min(LEAST_WIDENING_DELAY_SEC),
  narrowingDelaySec: seconds.min(LEAST_NARROWING_DELAY_SEC),
});

/** A development chain may be driven and forgotten; on a mainnet nothing may be made for tests. */
const chain = z.strictObject({
  id: z.number().int().min(1),
  kind: z.enum(["development", "testnet", "mainnet"]),
  /** Where the chain listens; `null`: given with `--rpc-url` or `PLIMSOLL_RPC_URL`. */
  rpcUrl: z.url().nullable(),
});

const deploymentFields = z.strictObject({
  network: z.string().min(1),
  chain,
  operators: z.strictObject({ count: z.number().int().min(4).max(31), threshold: z.number().int().min(3) }),
  oracle: z.strictObject({
    maxArrivalAgeSec: seconds,
    signerOverlapSec: seconds,
    /** Time without a report after which anyone may trip the breaker through the sentinel. */
    heartbeatSec: seconds.min(1),
  }),
  delivery: deliverySchema,
  settlement: z.strictObject({
    maxDelaySec: seconds,
    /** Flat bounty for settling a put, quote token units; at most a twentieth of the refund is taken. */
    quoteBounty: digits.refine((text) => BigInt(text) <= MAX_BOUNTY, "does not fit 80 bits"),
  }),
  fund: fundSchema,
  prices: z.strictObject({
    maxAgeSec: seconds,
    /** Chainlink's uptime feed of an L2's sequencer; `null` where the chain has none. */
    sequencer: z
      .strictObject({ feed: checksummedAddress, graceSec: seconds.max(MAX_GRACE_SEC), maxAgeSec: seconds })
      .nullable(),
  }),
  governance,
  /** ERC-20 worth one USD: collateral of puts. */
  quote: external,
  liquidation: z.strictObject({
    orderlySec: seconds,
    lateSec: seconds,
    coolOffSec: seconds,
    flagLifeSec: seconds,
    targetHealthBps: z.number().int().min(MAX_BPS).max(MAX_UINT16),
    flagBountyBps: z.number().int().min(0).max(MAX_FLAG_BOUNTY_BPS),
  }),
  /** Limits per market and window, see `MarketValves`; USD. */
  valves: z.strictObject({
    windowSec: z.number().int().min(MIN_VALVE_WINDOW_SEC).max(MAX_VALVE_WINDOW_SEC),
    effectBudgetUsd: z.number().int().min(0).max(MAX_VALVE_USD),
    cautionLimitUsd: z.number().int().min(1).max(MAX_VALVE_USD),
  }),
  tenorEdgesSec: z.array(seconds).min(1).max(TENOR_EDGES),
  moneyness: z
    .array(moneynessBucket)
    .min(1)
    .max(MONEYNESS_EDGES + 1),
  classCommon,
  markets: z.array(market).min(1),
  /** Ratios of classes to be shown as Chainlink feeds. */
  classFeeds: z.array(classFeedSchema),
  /**
   * From where on operators call for caution and the guardian lets requirements only tighten (`CautionLimits`); absent where they
   * only advise.
   */
  cascadeCaution: cautionSchema.optional(),
  /** The sample loan market as second position source; absent where no sample shall be deployed. */
  loans: z.strictObject({ rateBps: bps, minMargin: z.string().regex(/^[1-9]\d*$/) }).optional(),
});

const deploymentSchema = deploymentFields.superRefine((config, context) => {
  const refuse = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  const { narrowingDelaySec, wideningDelaySec } = config.governance;
  if (narrowingDelaySec > wideningDelaySec) {
    refuse(["governance", "narrowingDelaySec"], "narrowing may not take longer than widening");
  }
  const classIds = new Set(config.markets.flatMap((_, index) => classIdsOf(config, index + 1)));
  const fault = classFeedFault(config.classFeeds, classIds);
  if (fault !== null) refuse(["classFeeds", fault.index], fault.message);
  if (config.chain.kind !== "mainnet") return;
  if (config.quote === "test") refuse(["quote"], "no test token on a mainnet");
  for (const [index, { base, feed, hedge }] of config.markets.entries()) {
    const made = [base, feed, hedge?.venue];
    if (made.includes("test")) refuse(["markets", index], "no test token or feed on a mainnet, nor a test venue");
  }
});

/** A checked deployment configuration. */
export type DeploymentConfig = Readonly<z.infer<typeof deploymentFields>>;

/** A risk class with its id. */
export interface ConfiguredClass {
  readonly classId: number;
  readonly riskClass: RiskClass;
}

/** Class grid of one market, as `OptionVault.setClassGrid` takes it. */
export interface ConfiguredGrid {
  readonly moneynessEdgesBps: readonly number[];
  readonly tenorEdgesSec: readonly number[];
  readonly classIds: readonly number[];
}

/**
 * Reads and checks a deployment configuration.
 *
 * @throws PlimsollError `DEPLOYMENT_CONFIG_UNREADABLE` or `DEPLOYMENT_CONFIG_INVALID` naming file, field and value.
 */
export async function readDeploymentConfig(path: string): Promise<DeploymentConfig> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new PlimsollError({
      code: "DEPLOYMENT_CONFIG_UNREADABLE",
      problem: `The deployment configuration ${path} cannot be read.`,
      remedy: "Name a folder below deployments/ that has a config.json.",
      context: { path },
      cause,
    });
  });
  return parseDeploymentConfig(text, path);
}

/** Parses the text of a configuration; see {@link readDeploymentConfig} for its errors. */
export function parseDeploymentConfig(text: string, path: string): DeploymentConfig {
  const json = parseJson(text, path);
  const parsed = deploymentSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(path, `${issue?.path.join(".") ?? "file"}: ${issue?.message ?? "invalid"}`, parsed.error);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, "it is not JSON", cause);
  }
}

function invalid(path: string, detail: string, cause: unknown): PlimsollError {
  return new PlimsollError({
    code: "DEPLOYMENT_CONFIG_INVALID",
    problem: `The deployment configuration ${path} is wrong: ${detail}.`,
    remedy: "Correct the field; scripts/deploy/deployment-config.ts lists all fields with their limits.",
    context: { path, detail },
    cause,
  });
}

/** Risk classes of a market: one per moneyness × tenor cell. */
export function classesOf(config: DeploymentConfig, marketId: number): readonly ConfiguredClass[] {
  return bucketsOf(config, marketId).flat();
}

/** Risk classes of a market by bucket of moneyness. */
export function bucketsOf(config: DeploymentConfig, marketId: number): readonly (readonly ConfiguredClass[])[] {
  return config.moneyness.map((bucket, moneyness) =>
    bucket.rhoInitialBps.map((rhoInitialBps, tenor) => ({
      classId: classIdOf(marketId, moneyness, tenor),
      riskClass: {
        ...config.classCommon,
        rhoFloorBps: bucket.rhoFloorBps,
        rhoInitialBps,
        rhoDefaultBps: rhoInitialBps,
        piDefaultBps: bucket.piDefaultBps,
        active: true,
      },
    })),
  );
}

/** Class grid of a market; unused edges hold the type's maximum, unused cells 0. */
export function gridOf(config: DeploymentConfig, marketId: number): ConfiguredGrid {
  const edges = config.moneyness.flatMap((bucket) => (bucket.belowBps === null ? [] : [bucket.belowBps]));
  const classIds = Array.from({ length: GRID_CELLS }, (_, cell) => {
    const moneyness = Math.min(Math.floor(cell / TENOR_BUCKETS), config.moneyness.length - 1);
    const tenors = config.moneyness[moneyness]?.rhoInitialBps.length ?? 1;
    return classIdOf(marketId, moneyness, Math.min(cell % TENOR_BUCKETS, tenors - 1));
  });
  return {
    moneynessEdgesBps: padEdges(edges, MONEYNESS_EDGES, MAX_UINT16),
    tenorEdgesSec: padEdges(config.tenorEdgesSec, TENOR_EDGES, MAX_UINT32),
    classIds,
  };
}

function classIdsOf({ moneyness }: DeploymentConfig, marketId: number): readonly number[] {
  return moneyness.flatMap((bucket, row) => bucket.rhoInitialBps.map((_, tenor) => classIdOf(marketId, row, tenor)));
}

function classIdOf(marketId: number, moneyness: number, tenor: number): number {
  return marketId * CLASS_MARKET_STEP + moneyness * CLASS_MONEYNESS_STEP + tenor;
}

function padEdges(edges: readonly number[], length: number, filler: number): readonly number[] {
  return [...edges, ...Array.from({ length: length - edges.length }, () => filler)];
}
