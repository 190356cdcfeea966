/** One scenario through scoring, rules, the vault's mirror and keepers, under the product and two simpler margins, hour by hour. */
import type { AssetSymbol, MarketSource } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { openFileSource } from "../../ingestion/sources/file-source.ts";
import { createRng } from "../../math/rng.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { createMarketSimulator } from "../../simulation/market/market-simulator.ts";
import type { MarginPolicy } from "../../simulation/vault/margin-policy.ts";
import type { MarketHour, Moment } from "../../simulation/vault/market-moment.ts";
import { planOpenings } from "../../simulation/vault/opening-plan.ts";
import { makePolicy, type PolicySpec } from "../../simulation/vault/policy-spec.ts";
import { runVaults } from "../../simulation/vault/run-vaults.ts";
import type { Short } from "../../simulation/vault/short.ts";
import type { Vault } from "../../simulation/vault/vault-book.ts";
import { addCounts, EMPTY_DAY } from "../../simulation/vault/vault-ledger.ts";
import { createVaultScorer } from "../../simulation/vault/vault-scorer.ts";
import type { VaultTerms } from "../../simulation/vault/vault-terms.ts";
import { hoursUnder, keepersUnder, scorerUnder } from "./attacks.ts";
import type { CataloguedScenario } from "./scenario-catalogue.ts";
import { type SegmentPath, walkSegment } from "./segment-path.ts";

/** State of one vault at the start of an hour. USD; shares of notional. */
export interface HourlyState {
  readonly timeSec: number;
  readonly price: number;
  readonly open: number;
  readonly locked: number;
  /** Mean maintenance ρ of the open shorts, decimal. */
  readonly rho: number;
  readonly flagged: number;
  /** What the options are worth beyond the collateral that stands behind them. */
  readonly underwaterUsd: number;
}

/** What became of one vault. */
export interface SimulatedVault {
  readonly asset: AssetSymbol;
  readonly policy: string;
  readonly opened: number;
  readonly liquidated: number;
  readonly badDebtUsd: number;
  readonly chargeUsd: number;
  readonly worstUnderwaterUsd: number;
  readonly timeline: readonly HourlyState[];
}

/** What is run. */
export interface SimulationRequest {
  readonly scenario: CataloguedScenario;
  /** Roots of the data; only historical scenarios read them. */
  readonly data: readonly string[];
  /** Terms of the vault of an asset. */
  readonly termsOf: (asset: AssetSymbol) => VaultTerms;
  readonly seed: string;
}

/** The product as configured, and both baselines at settings that lost nothing in four windows (docs/models/vault.md). */
const POLICIES: readonly PolicySpec[] = [
  { family: "plimsoll", knob: 1 },
  { family: "static", knob: 1_500 },
  { family: "exchange", knob: 0.65 },
];
/** Enough to see something in a day. */
const OPENINGS_PER_DAY = 24;
/** Simulated markets have no date of their own. */
const SIMULATED_FROM_SEC = 1_750_032_000;
const SIMULATOR_SEED = 7;

/** Runs a scenario. @throws PlimsollError those of the sources, the walk and the run. */
export async function runSimulation(request: SimulationRequest): Promise<readonly SimulatedVault[]> {
  const source = await sourceOf(request);
  const fromSec = Math.ceil(source.fromSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  const toSec = Math.floor(source.toSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  const path = await walkSegment({ source, fromSec, toSec, anyBars: true });
  return [...path.hours]
    .filter(([, hours]) => hours.length > 0)
    .flatMap(([asset, hours]) => runAsset(request, { asset, hours, path, fromSec, toSec }));
}

async function sourceOf({ scenario, data }: SimulationRequest): Promise<MarketSource> {
  const { script, id } = scenario;
  if (script === null) return await openFileSource({ paths: data, scenario: id });
  const assets = ["BTC", "ETH"];
  return createMarketSimulator({ seed: SIMULATOR_SEED, assets, fromSec: SIMULATED_FROM_SEC, scenario: script });
}

interface AssetRun {
  readonly asset: AssetSymbol;
  readonly hours: readonly MarketHour[];
  readonly path: SegmentPath;
  readonly fromSec: number;
  readonly toSec: number;
}

function runAsset({ scenario, termsOf, seed }: SimulationRequest, run: AssetRun): readonly SimulatedVault[] {
  const { asset, path, fromSec, toSec } = run;
  const terms = termsOf(asset);
  const hours = hoursUnder(scenario.attack, run.hours);
  const rng = createRng(seed).fork(asset);
  const { marketId } = terms;
  const plan = planOpenings({ hours, marketId, perDay: OPENINGS_PER_DAY, fromSec, toSec, rng, keepsOpen: true });
  const made = createVaultScorer({
    classes: terms.classes,
    settings: DEFAULT_SCORING_SETTINGS,
    knownAt: (timeSec) => path.known.get(timeSec) ?? null,
  });
  const scorer = scorerUnder(scenario.attack, made, fromSec);
  const timelines = POLICIES.map((): HourlyState[] => []);
  const policies = POLICIES.map((spec, place) =>
    recorded(makePolicy(spec, { asset, terms, scorer }), timelines[place] ?? []),
  );
  const vaults = runVaults({ hours, plan, terms, policies, keeper: keepersUnder(scenario.attack) });
  return vaults.map((vault, place) => outcomeOf(asset, vault, timelines[place] ?? []));
}

/** The policy, which writes down its vault at the start of every hour. */
function recorded(policy: MarginPolicy, timeline: HourlyState[]): MarginPolicy {
  return {
    ...policy,
    hour: (moment, shorts) => {
      policy.hour(moment, shorts);
      timeline.push(stateOf(policy, moment, shorts));
    },
  };
}

function stateOf(policy: MarginPolicy, moment: Moment, shorts: ReadonlyMap<number, Short>): HourlyState {
  const { timeSec, price } = moment;
  const sum = { notional: 0, collateral: 0, rho: 0, flagged: 0, underwaterUsd: 0 };
  for (const short of shorts.values()) {
    const { plan, size, perContract, flaggedAtSec } = short;
    const unit = plan.kind === "put" ? 1 : price;
    sum.notional += size * price;
    sum.collateral += size * perContract * unit;
    sum.rho += policy.maintenance(short, moment).rhoBps / 10_000;
    sum.flagged += flaggedAtSec === null ? 0 : 1;
    sum.underwaterUsd += size * unit * Math.max(0, moment.value(plan) - perContract);
  }
  const open = shorts.size;
  const locked = sum.notional > 0 ? sum.collateral / sum.notional : 0;
  const { flagged, underwaterUsd } = sum;
  return { timeSec, price, open, locked, rho: open > 0 ? sum.rho / open : 0, flagged, underwaterUsd };
}

function outcomeOf(asset: AssetSymbol, vault: Vault, timeline: readonly HourlyState[]): SimulatedVault {
  const { opened, liquidations, badDebt, charge } = [...vault.ledger.days.values()].reduce(
    (total, day) => addCounts(total, day),
    EMPTY_DAY,
  );
  return {
    asset,
    policy: vault.policy.name,
    opened,
    // Liquidations are counted when their series expires: those of series that are still open are added.
    liquidated: liquidations + vault.firstLiquidations.size,
    badDebtUsd: badDebt,
    chargeUsd: charge,
    worstUnderwaterUsd: Math.max(0, ...timeline.map(({ underwaterUsd }) => underwaterUsd)),
    timeline,
  };
}
