/** The mechanism's vault against the mirror of the chain on packed words, and a keeper against closed forms. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Position, payoffBounds } from "../../../../oracle/domain/positions.ts";
import type { RiskClass } from "../../../../oracle/domain/risk-class.ts";
import type { PositionScore } from "../../../../oracle/domain/score.ts";
import { classQuantiles } from "../../../../oracle/scoring/class-quantiles.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../../oracle/scoring/scoring-settings.ts";
import {
  DEFAULT_AGENTS,
  figuresOfWorlds,
  runWorld,
} from "../../../../oracle/simulation/mechanism/evaluate-candidate.ts";
import { type MechanismWorld, makeWorld } from "../../../../oracle/simulation/mechanism/mechanism-world.ts";
import { statePolicy } from "../../../../oracle/simulation/mechanism/state-policy.ts";
import { staticLender } from "../../../../oracle/simulation/mechanism/static-lender.ts";
import type { MarginPolicy } from "../../../../oracle/simulation/vault/margin-policy.ts";
import { hedgeRatio, momentAt } from "../../../../oracle/simulation/vault/market-moment.ts";
import { oraclePolicy } from "../../../../oracle/simulation/vault/oracle-policy.ts";
import { runVaults } from "../../../../oracle/simulation/vault/run-vaults.ts";
import type { Vault } from "../../../../oracle/simulation/vault/vault-book.ts";
import type { ScoredParty, VaultScorer } from "../../../../oracle/simulation/vault/vault-scorer.ts";
import { configuredTerms } from "../../../../scripts/deploy/configured-terms.ts";
import { readDeploymentConfig } from "../../../../scripts/deploy/deployment-config.ts";
import { STUDY_CONFIG } from "../../../../scripts/mechanism/run-task.ts";
import { BED_TERMS, HOUR, hourAt, plannedShort, totalsOf } from "../vault/vault-bed.ts";

const TOLERANCE = 1e-6;
const BPS = 10_000;

/** Gives every short the world's own score, bounded by its class, as the scoring stage would. */
function worldScorer(world: MechanismWorld, classes: ReadonlyMap<number, RiskClass>): VaultScorer {
  const parties: ScoredParty[] = [];
  const scoreOf = (position: Position, timeSec: number): readonly PositionScore[] => {
    const index = Number(position.id);
    const age = (timeSec - (world.plan[index]?.openSec ?? 0)) / HOUR;
    const riskClass = classes.get(position.classId);
    const [rho, pi] = [world.scores[index]?.rhoBps[age], world.scores[index]?.piBps[age]];
    if (riskClass === undefined || rho === undefined || pi === undefined) return [];
    const rhoBps = Math.max(riskClass.rhoFloorBps, Math.min(rho, riskClass.rhoCeilingBps));
    const most = Math.min(riskClass.piCapBps, rhoBps - riskClass.deltaBps);
    const piBps = Math.max(riskClass.piFloorBps, Math.min(pi, most));
    const { source, id, epoch, classId } = position;
    const rest = { score: 0, probabilityOfDefault: 1, optionValue: 0, closeOutCost: 0, reasons: [], fallbacks: [] };
    return [{ source, id, epoch, classId, rhoBps, piBps, ...rest }];
  };
  return {
    nextSource: () => "0x0000000000000000000000000000000000000001",
    enlist: (party) => {
      parties.push(party);
    },
    scoresOf: (_, timeSec) => parties.flatMap((party) => party.positions().flatMap((at) => scoreOf(at, timeSec))),
    quote: () => null,
    quantiles: (weighed) => classQuantiles(weighed, DEFAULT_SCORING_SETTINGS.classQuantile),
  };
}

function holdings({ shorts }: Vault): readonly (readonly [number, bigint, bigint])[] {
  return [...shorts.values()].map(({ plan, sizeE8, collateral }) => [plan.index, sizeE8, collateral]);
}

describe("statePolicy", () => {
  it("behavior: a vault on unpacked states lives to the unit as one on packed words", async () => {
    const terms = configuredTerms(await readDeploymentConfig(STUDY_CONFIG), "BTC");
    const request = {
      kind: "crisis",
      asset: "BTC",
      days: 12,
      perDay: 3,
      marketId: 1,
      seed: "twin",
      bars: null,
    } as const;
    const world = makeWorld(request);
    const scorer = worldScorer(world, terms.classes);
    const policies = [
      oraclePolicy({ name: "words", asset: "BTC", terms, scorer, scale: 1, isQuoted: false }),
      statePolicy({ name: "states", world, terms, writers: null, probe: null }),
    ];
    const [words, states] = runVaults({ hours: world.hours, plan: world.plan, terms, policies });
    assert.ok(words !== undefined && states !== undefined);
    assert.ok(totalsOf(words).opened > 30 && totalsOf(words).liquidations > 0);
    assert.deepEqual(totalsOf(states), totalsOf(words));
    assert.deepEqual(states.ledger.flows, words.ledger.flows);
    assert.deepEqual(holdings(states), holdings(words));
  });

  it("behavior: the same world and candidate give the same figures, and every share lies in its range", async () => {
    const terms = configuredTerms(await readDeploymentConfig(STUDY_CONFIG), "ETH");
    const world = makeWorld({
      kind: "jumps",
      asset: "ETH",
      days: 5,
      perDay: 1,
      marketId: 2,
      seed: "twice",
      bars: null,
    });
    const makers = [staticLender(terms)];
    const [one] = runWorld(world, makers, DEFAULT_AGENTS);
    const [other] = runWorld(world, makers, DEFAULT_AGENTS);
    assert.deepEqual(one, other);
    const { locked, written } = figuresOfWorlds(one === undefined ? [] : [one]);
    assert.ok(locked > 0 && locked < 1 && written > 0 && written <= 1.5);
  });
});

describe("a writer and a keeper", () => {
  it("behavior: the auction clears at the first look at which its price covers the keeper's costs, to 1e-6", () => {
    const terms = { ...BED_TERMS, flagBountyBps: 0 };
    const price = 38_600;
    const hours = [hourAt(0, { open: 40_000, close: price }), ...[1, 2, 3].map((at) => hourAt(at, { open: price }))];
    const second = hours[1];
    assert.ok(second !== undefined);
    const short = plannedShort();
    const [vault] = runVaults({
      hours,
      plan: [short],
      terms,
      policies: [tightenedAt(second.startSec)],
      keeper: KEEPER,
    });
    assert.ok(vault !== undefined);
    // Put of 38 000 at 38 600: I = 0, B = ρ(L − I), and e = a tenth of L − I, as it was opened.
    const { intrinsic, maxLoss } = payoffBounds(short, price);
    const room = maxLoss - intrinsic;
    const paid = Number(vault.ledger.flows.get("put")?.liquidated ?? 0n) / 1e6;
    const found = paid / (closedSize(paid / room, { equity: 0.1 * room, room }) * room);
    // The flag comes at the first look of the second hour, five minutes into it; looks are five minutes apart until 55.
    const looks = Array.from({ length: 11 }, (_, look) => look * 300);
    const clears = looks.find((elapsedSec) => {
      const rate = rateAt(elapsedSec, { ...RATES, ...terms });
      const size = (0.1875 - 0.1) / (0.1875 - rate);
      const moment = momentAt(second, { timeSec: second.startSec + 300 + elapsedSec, price });
      const fee = elapsedSec < terms.orderlySec ? terms.feeBps / BPS : 0;
      const traded = size * hedgeRatio(short, moment) * price;
      const cost = size * moment.value(short) * (1 + KEEPER.halfSpread) + traded * SPREAD + KEEPER.gasUsd;
      return size * rate * room * (1 - fee) > cost;
    });
    assert.ok(clears !== undefined && clears > 0, "the price has to rise first");
    assert.ok(Math.abs(found / rateAt(clears, { ...RATES, ...terms }) - 1) < TOLERANCE);
  });
});

const RATES = { rhoBps: 1_500, piBps: 200 };
const KEEPER = { halfSpread: 0.02, gasUsd: 15, leastGain: 0 };
/** Half spread of the bed's deep book; its walk is below a millionth here. */
const SPREAD = 0.0001;

/** A policy that asks for a tenth at the opening, next to nothing at first, and {@link RATES} from a time on. */
function tightenedAt(fromSec: number): MarginPolicy {
  return {
    name: "fixed",
    hour: () => {},
    open: () => 1_000,
    maintenance: (_, { timeSec }) => {
      const { rhoBps, piBps } = timeSec >= fromSec ? RATES : { rhoBps: 100, piBps: 50 };
      return { rhoBps, rhoBeforeBps: rhoBps, piBps };
    },
    initial: () => 1_000,
    reclassify: () => {},
    grew: () => {},
    retired: () => {},
  };
}

/** w of the closed form: π/2 → π over the orderly stage, → ρ over the late one. */
function rateAt(
  elapsedSec: number,
  clock: { readonly piBps: number; readonly rhoBps: number; readonly orderlySec: number; readonly lateSec: number },
): number {
  const { piBps, rhoBps, orderlySec, lateSec } = clock;
  if (elapsedSec < orderlySec) return (piBps / BPS / 2) * (1 + elapsedSec / orderlySec);
  const share = Math.min(1, (elapsedSec - orderlySec) / lateSec);
  return piBps / BPS + ((rhoBps - piBps) / BPS) * share;
}

/** Size k with paid = k·w·room and k = (h·B − e)/(h·B − w·room): solved for k, h = 1.25, B = ρ·room, one contract. */
function closedSize(paidShare: number, { equity, room }: { readonly equity: number; readonly room: number }): number {
  const target = 1.25 * 0.15 * room;
  // k (T − w r) = T − e and k w r = p r: k = (T − e + p r)/T.
  return (target - equity + paidShare * room) / target;
}
