/** One segment of a backtest: its paths walked once, its vaults run under any policies. */
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type SegmentRequest, walkSegment } from "../../../oracle/pipeline/scenario/segment-path.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import type { MarketHour } from "../../../oracle/simulation/vault/market-moment.ts";
import { type PlannedShort, planOpenings } from "../../../oracle/simulation/vault/opening-plan.ts";
import { makePolicy, type PolicySpec } from "../../../oracle/simulation/vault/policy-spec.ts";
import { runVaults } from "../../../oracle/simulation/vault/run-vaults.ts";
import type { Vault } from "../../../oracle/simulation/vault/vault-book.ts";
import { addCounts, type DayCounts, EMPTY_DAY, heldOf } from "../../../oracle/simulation/vault/vault-ledger.ts";
import { createVaultScorer, type VaultScorer } from "../../../oracle/simulation/vault/vault-scorer.ts";
import type { VaultTerms } from "../../../oracle/simulation/vault/vault-terms.ts";
import { configuredTerms } from "../../deploy/configured-terms.ts";
import type { DeploymentConfig } from "../../deploy/deployment-config.ts";

/** What a segment is. */
export interface LiveSegmentRequest extends SegmentRequest {
  /** End of openings, seconds: the path goes on so that what is open then lives to its expiry. */
  readonly openUntilSec: number;
  readonly config: DeploymentConfig;
  readonly seed: string;
  /** Openings a day and asset. */
  readonly perDay: number;
}

/** Days of one policy, all assets together. */
export interface PolicyDays {
  readonly spec: PolicySpec;
  /** By the start of the day, seconds. */
  readonly days: ReadonlyMap<number, DayCounts>;
}

/** A segment whose paths are walked. */
export interface LiveSegment {
  /** Policies of the first run, the product among them. */
  readonly first: readonly PolicyDays[];
  /** Runs other policies that need no scores over the same openings. */
  again(specs: readonly PolicySpec[]): readonly PolicyDays[];
}

interface AssetGround {
  readonly asset: AssetSymbol;
  readonly terms: VaultTerms;
  readonly hours: readonly MarketHour[];
  readonly plan: readonly PlannedShort[];
}

/**
 * Walks a segment and runs its vaults.
 *
 * @throws PlimsollError `VAULT_NOT_CONSERVED` when flows and holdings of a vault differ, and those of the walk and the run.
 */
export async function liveSegment(request: LiveSegmentRequest, specs: readonly PolicySpec[]): Promise<LiveSegment> {
  const { grounds, first } = await firstRun(request, specs);
  return { first, again: (others) => runAll(grounds, others, () => null) };
}

/** Apart, so that what was known at every hour is let go after the run that needs it. */
async function firstRun(request: LiveSegmentRequest, specs: readonly PolicySpec[]) {
  const { hours, known } = await walkSegment(request);
  const grounds = [...hours]
    .filter(([, path]) => path.length > 0)
    .map(([asset, path]) => groundOf(asset, path, request));
  const first = runAll(grounds, specs, ({ terms }) =>
    createVaultScorer({
      classes: terms.classes,
      settings: DEFAULT_SCORING_SETTINGS,
      knownAt: (timeSec) => known.get(timeSec) ?? null,
    }),
  );
  return { grounds, first };
}

function groundOf(asset: AssetSymbol, hours: readonly MarketHour[], request: LiveSegmentRequest): AssetGround {
  const terms = configuredTerms(request.config, asset);
  const rng = createRng(request.seed).fork(asset);
  const { fromSec, openUntilSec: toSec, perDay } = request;
  return { asset, terms, hours, plan: planOpenings({ hours, marketId: terms.marketId, perDay, fromSec, toSec, rng }) };
}

function runAll(
  grounds: readonly AssetGround[],
  specs: readonly PolicySpec[],
  scorerOf: (ground: AssetGround) => VaultScorer | null,
): readonly PolicyDays[] {
  const sums = specs.map((spec) => ({ spec, days: new Map<number, DayCounts>() }));
  for (const ground of grounds) {
    const scorer = scorerOf(ground);
    const policies = specs.map((spec) => makePolicy(spec, { ...ground, scorer }));
    runVaults({ ...ground, policies }).forEach((vault, place) => {
      requireConserved(vault);
      const days = sums[place]?.days;
      for (const [daySec, counts] of vault.ledger.days) {
        days?.set(daySec, addCounts(days.get(daySec) ?? EMPTY_DAY, counts));
      }
    });
  }
  return sums;
}

function requireConserved({ ledger, shorts, policy }: Vault): void {
  for (const [kind, flows] of ledger.flows) {
    const open = [...shorts.values()].filter(({ plan }) => plan.kind === kind);
    const held = open.reduce((sum, { collateral }) => sum + collateral, 0n);
    if (heldOf(flows) === held) continue;
    throw new PlimsollError({
      code: "VAULT_NOT_CONSERVED",
      problem: `The ${kind} side of ${policy.name} holds ${held} token units, but its flows leave ${heldOf(flows)}.`,
      remedy: "This is a fault of the simulation: its figures must not be used.",
      context: { policy: policy.name, kind, held, flows: heldOf(flows) },
    });
  }
}
