/** Writers, depositors and keepers of the mechanism against closed forms with two agents. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { DEFAULT_FUND, leavingShare, runFund } from "../../../../oracle/simulation/mechanism/fund-flight.ts";
import {
  choiceProbabilities,
  choiceUtility,
  chooseOpening,
  WRITER_CHOICES,
} from "../../../../oracle/simulation/mechanism/logit-writer.ts";
import { momentAt } from "../../../../oracle/simulation/vault/market-moment.ts";
import { hourAt, plannedShort, START_SEC } from "../vault/vault-bed.ts";

const TOLERANCE = 1e-6;
const YEAR_SEC = 365 * 86_400;
const HABITS = { capitalRate: 0.1, edgeShare: 0.1 };

function offered() {
  const moment = momentAt(hourAt(0, { open: 40_000 }), { timeSec: START_SEC, price: 40_000 });
  const quote = { rhoInitialBps: 1_200, rhoMaintenanceBps: 1_000, piBps: 300 };
  return { plan: plannedShort(), moment, quote };
}

/** Φ by a series, independent of the project's: Marsaglia, "Evaluating the normal distribution" (2004). */
function phi(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 3; n < 400; n += 2) {
    term = (term * x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

describe("writers", () => {
  it("behavior: stay out when every choice costs more than it brings, write when all pay", () => {
    const greedy = { ...HABITS, temperature: 1e-9 };
    assert.equal(chooseOpening(offered(), { ...greedy, capitalRate: 50 }, 0.5), null);
    assert.equal(chooseOpening(offered(), { ...greedy, edgeShare: 10 }, 0.5)?.size, offered().plan.size);
  });

  it("behavior: two choices, closed form of the logit to 1e-6", () => {
    const offer = offered();
    const [, , second] = WRITER_CHOICES;
    assert.ok(second !== undefined);
    const utility = choiceUtility(second, offer, HABITS);
    // Put of 38 000 at 40 000: I = 0, L − I = 38 000; health 1 at S* with (K − S*) + ρ S* = c.
    const collateral = 0.12 * 38_000 * (Number(second.multipleBps) / 10_000);
    const years = (offer.plan.expirySec - START_SEC) / YEAR_SEC;
    const touch = (38_000 - collateral) / 0.9;
    const touched = 2 * phi(-Math.log(40_000 / touch) / (0.6 * Math.sqrt(years)));
    const gain = 0.1 * offer.moment.value(offer.plan) - 0.1 * collateral * years - touched * 0.03 * 38_000;
    assert.ok(Math.abs(utility - (second.sizeShare * gain) / 40_000) < TOLERANCE);
    const [out, into] = choiceProbabilities([0, utility], 0.001);
    assert.ok(Math.abs((into ?? 0) - 1 / (1 + Math.exp(-utility / 0.001))) < TOLERANCE);
    assert.ok(Math.abs((out ?? 0) + (into ?? 0) - 1) < TOLERANCE);
  });

  it("behavior: are drawn as often as the logit says", () => {
    const offer = offered();
    const habits = { ...HABITS, temperature: 0.002 };
    const utilities = WRITER_CHOICES.map((choice) => choiceUtility(choice, offer, habits));
    const [stay = 0] = choiceProbabilities(utilities, habits.temperature);
    const lucks = Array.from({ length: 1_000 }, (_, place) => (place + 0.5) / 1_000);
    const out = lucks.filter((luck) => chooseOpening(offer, habits, luck) === null).length / 1_000;
    assert.ok(Math.abs(out - stay) < 0.001);
  });
});

describe("the fund's depositors", () => {
  it("behavior: leave by a logit in the week's loss, to 1e-6, a cool-down later", () => {
    const { mostLeaving, toleratedLoss, temperature, coolDownDays } = DEFAULT_FUND;
    const logit = (loss: number) => mostLeaving / (1 + Math.exp((toleratedLoss - loss) / temperature));
    assert.ok(Math.abs(leavingShare(0.08, DEFAULT_FUND) - (logit(0.08) - logit(0))) < TOLERANCE);
    assert.equal(leavingShare(0, DEFAULT_FUND), 0);
    const calm = { notional: 1e6, badDebt: 0, fees: 0 };
    const days = Array.from({ length: coolDownDays + 1 }, (_, day) => ({ ...calm, badDebt: day === 0 ? 1e5 : 0 }));
    // Deposits 20 000: the day's limit of a tenth is covered, the rest is not; nobody has left before the cool-down.
    const before = runFund(days.slice(0, coolDownDays), DEFAULT_FUND);
    assert.ok(Math.abs(before.uncovered - (1e5 - 2_000)) < TOLERANCE);
    assert.ok(Math.abs(before.left - 0.9) < TOLERANCE);
    const after = runFund(days, DEFAULT_FUND);
    assert.ok(Math.abs(after.left - 0.9 * (1 - leavingShare(0.1, DEFAULT_FUND))) < TOLERANCE);
  });
});
