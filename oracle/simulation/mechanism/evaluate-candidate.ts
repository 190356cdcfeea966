/** Runs candidates over worlds and says what they cost whom. */
import { BPS } from "../../domain/units.ts";
import type { KeeperHabits } from "../vault/keeper-habits.ts";
import type { MarginPolicy } from "../vault/margin-policy.ts";
import { runVaults } from "../vault/run-vaults.ts";
import type { Vault } from "../vault/vault-book.ts";
import { addCounts, EMPTY_DAY } from "../vault/vault-ledger.ts";
import type { VaultTerms } from "../vault/vault-terms.ts";
import { type AttackGains, type AttackProbe, createAttackProbe } from "./attack-probe.ts";
import { DEFAULT_FUND, type FundHabits, runFund } from "./fund-flight.ts";
import { DEFAULT_WRITER, type WriterHabits } from "./logit-writer.ts";
import type { MechanismWorld } from "./mechanism-world.ts";

/** Everybody who reacts to the parameters. */
export interface Agents {
  readonly writers: WriterHabits | null;
  readonly keeper: KeeperHabits;
  readonly fund: FundHabits;
}

/** Keepers want 10 bp of what they trade beyond all costs: risk of the quarter of an hour and capital; gas as in the vault backtest. */
export const DEFAULT_AGENTS: Agents = {
  writers: DEFAULT_WRITER,
  keeper: { halfSpread: 0.02, gasUsd: 15, leastGain: 0.001 },
  fund: DEFAULT_FUND,
};

/** A policy for a world: the candidate itself, or a baseline. */
export type PolicyMaker = (at: {
  readonly world: MechanismWorld;
  readonly writers: WriterHabits | null;
  readonly probe: AttackProbe;
}) => { readonly policy: MarginPolicy; readonly terms: VaultTerms };

/** What one candidate came to in one world. USD, and USD times hours. */
export interface WorldOutcome {
  readonly collateralHours: number;
  readonly notionalHours: number;
  readonly requiredHours: number;
  /** Notional of all planned openings times their lives: what would be written at most. */
  readonly offeredHours: number;
  readonly badDebt: number;
  readonly uncovered: number;
  readonly charge: number;
  readonly opened: number;
  readonly liquidations: number;
  readonly wrongful: number;
  readonly fundLeft: number;
  readonly attack: AttackGains;
  readonly vaultDays: number;
}

const SECONDS_PER_HOUR = 3_600;

/** Runs all candidates side by side over one world. @returns outcomes in the order of the makers. */
export function runWorld(
  world: MechanismWorld,
  makers: readonly PolicyMaker[],
  agents: Agents,
): readonly WorldOutcome[] {
  const marketId = world.plan[0]?.series.marketId ?? 1;
  const probes = makers.map(() => createAttackProbe(marketId));
  const made = makers.map((make, place) =>
    make({ world, writers: agents.writers, probe: probes[place] ?? createAttackProbe(marketId) }),
  );
  const [first] = made;
  if (first === undefined) return [];
  const policies = made.map(({ policy }) => policy);
  const { hours, plan } = world;
  const vaults = runVaults({ hours, plan, terms: first.terms, policies, keeper: agents.keeper });
  const offeredHours = offered(world);
  return vaults.map((vault, place) => ({
    ...outcomeOf(vault, agents.fund),
    offeredHours,
    attack: probes[place]?.gains() ?? { feed: 0, timing: 0, reopening: 0 },
    vaultDays: world.days,
  }));
}

function outcomeOf({ ledger }: Vault, fund: FundHabits): Omit<WorldOutcome, "offeredHours" | "attack" | "vaultDays"> {
  const days = [...ledger.days].toSorted(([a], [b]) => a - b).map(([, counts]) => counts);
  const sum = days.reduce((total, counts) => addCounts(total, counts), EMPTY_DAY);
  const { uncovered, left } = runFund(
    days.map(({ notionalHours, badDebt, fundFees }) => ({ notional: notionalHours / 24, badDebt, fees: fundFees })),
    fund,
  );
  const { collateralHours, notionalHours, requiredHours, badDebt, charge, opened, liquidations, wrongful } = sum;
  const kept = { collateralHours, notionalHours, requiredHours, badDebt, charge, opened, liquidations, wrongful };
  return { ...kept, uncovered, fundLeft: left };
}

function offered({ plan, hours }: MechanismWorld): number {
  const start = hours[0]?.startSec ?? 0;
  return plan.reduce((sum, { size, openSec, expirySec }) => {
    const spot = hours[(openSec - start) / SECONDS_PER_HOUR]?.open ?? 0;
    return sum + size * spot * ((expirySec - openSec) / SECONDS_PER_HOUR);
  }, 0);
}

/** Figures of a candidate over all worlds. Shares are of outstanding notional; `…Bps` are basis points of it a year. */
export interface MechanismFigures {
  readonly locked: number;
  readonly required: number;
  readonly badDebtBps: number;
  /** Mean of the worst tenth of the worlds. */
  readonly badDebtTailBps: number;
  readonly uncoveredBps: number;
  /** What liquidations took beyond fair value. */
  readonly chargeBps: number;
  readonly opened: number;
  readonly liquidations: number;
  readonly wrongful: number;
  /** Wrongful liquidations of a hundred openings. */
  readonly wrongfulPercent: number;
  /** Share of what was offered that was written. */
  readonly written: number;
  readonly fundLeft: number;
  /** Best gain of an attacker in any world, basis points of what he attacks. */
  readonly attackBps: Readonly<Record<keyof AttackGains, number>>;
}

const HOURS_PER_YEAR = 8_760;
const WORST_SHARE = 0.1;

/** Adds the outcomes of all worlds up. */
export function figuresOfWorlds(outcomes: readonly WorldOutcome[]): MechanismFigures {
  const total = (of: (outcome: WorldOutcome) => number): number => outcomes.reduce((sum, one) => sum + of(one), 0);
  const years = total(({ notionalHours }) => notionalHours) / HOURS_PER_YEAR;
  const yearly = (usd: number): number => (years > 0 ? (usd / years) * BPS : 0);
  const opened = total((one) => one.opened);
  const wrongful = total((one) => one.wrongful);
  const share = (of: (outcome: WorldOutcome) => number): number =>
    total(of) /
    Math.max(
      1,
      total((one) => one.notionalHours),
    );
  const most = (name: keyof AttackGains): number => BPS * Math.max(0, ...outcomes.map(({ attack }) => attack[name]));
  return {
    locked: share((one) => one.collateralHours),
    required: share((one) => one.requiredHours),
    badDebtBps: yearly(total((one) => one.badDebt)),
    badDebtTailBps: tailOf(outcomes),
    uncoveredBps: yearly(total((one) => one.uncovered)),
    chargeBps: yearly(total((one) => one.charge)),
    opened,
    liquidations: total((one) => one.liquidations),
    wrongful,
    wrongfulPercent: opened > 0 ? (100 * wrongful) / opened : 0,
    written:
      total((one) => one.notionalHours) /
      Math.max(
        1,
        total((one) => one.offeredHours),
      ),
    fundLeft: total((one) => one.fundLeft) / Math.max(1, outcomes.length),
    attackBps: { feed: most("feed"), timing: most("timing"), reopening: most("reopening") },
  };
}

function tailOf(outcomes: readonly WorldOutcome[]): number {
  const yearly = outcomes
    .map(({ badDebt, notionalHours }) => (notionalHours > 0 ? (BPS * badDebt * HOURS_PER_YEAR) / notionalHours : 0))
    .toSorted((a, b) => b - a);
  const worst = yearly.slice(0, Math.max(1, Math.ceil(WORST_SHARE * yearly.length)));
  return worst.reduce((sum, value) => sum + value, 0) / worst.length;
}
