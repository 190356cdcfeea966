/** Explanations of scores: refused ones first, then completeness, meanings, sources, counterfactuals. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Meaning, PositionExplanation } from "../../../oracle/domain/explanation.ts";
import { scoreVariants } from "../../../oracle/scoring/explanation/coalition-values.ts";
import {
  COMPLETENESS_TOLERANCE,
  type ExplainedCase,
  type ExplanationInput,
  explainPositions,
} from "../../../oracle/scoring/explanation/explain-positions.ts";
import { usualVol } from "../../../oracle/scoring/explanation/usual-vol.ts";
import { SAMPLE_CLASS } from "../../../scripts/bench/scoring-input.ts";
import { casesOf, doubtOf, SETTINGS, sampleRound } from "./explained-sample.ts";

const ROUND = sampleRound();
const { asset, cases } = casesOf(ROUND);
const NAMES = ["rhoBps", "piBps", "score"] as const;

function explained(change: Partial<ExplanationInput> = {}): readonly PositionExplanation[] {
  return explainPositions({ asset, cases, settings: SETTINGS, ...change }).map((outcome) => {
    assert.ok(outcome.ok);
    return outcome.value;
  });
}

function shareOf(explanation: PositionExplanation, meaning: Meaning) {
  return explanation.meanings.find((share) => share.meaning === meaning);
}

/** One case with another position and the score that it then has. */
function changedCase(one: ExplainedCase, change: Partial<ExplainedCase["explained"]["position"]>): ExplainedCase {
  const position = { ...one.explained.position, ...change };
  const explainedPosition = { ...one.explained, position };
  const [signed] = scoreVariants(asset, {
    positions: [explainedPosition],
    variants: [{ position, sizes: one.explained }],
    settings: SETTINGS,
  });
  assert.ok(signed !== undefined);
  return { ...one, explained: explainedPosition, signed };
}

describe("explainPositions", () => {
  const all = explained();

  it("error: not-the-signed-score when the inputs give other numbers than were signed", () => {
    for (const name of NAMES) {
      const forged = cases.map((one) => ({ ...one, signed: { ...one.signed, [name]: one.signed[name] + 1 } }));
      for (const outcome of explainPositions({ asset, cases: forged, settings: SETTINGS }))
        assert.deepEqual(outcome, { ok: false, reason: "not-the-signed-score" });
    }
  });

  it("error: not-scored for a position that has expired", () => {
    const ended = cases.map((one) => ({
      ...one,
      explained: { ...one.explained, position: { ...one.explained.position, expirySec: asset.atSec } },
    }));
    for (const outcome of explainPositions({ asset, cases: ended, settings: SETTINGS }))
      assert.deepEqual(outcome, { ok: false, reason: "not-scored" });
  });

  it("default: meanings and sources sum to what was signed minus the reference, to 1e-9", () => {
    for (const explanation of all) {
      for (const parts of [explanation.meanings, explanation.sources]) {
        for (const name of NAMES) {
          const sum = parts.reduce((total, part) => total + part[name], 0);
          const difference = explanation.signed[name] - explanation.reference[name];
          assert.ok(Math.abs(sum - difference) <= COMPLETENESS_TOLERANCE);
        }
      }
      assert.ok(explanation.completenessGap <= COMPLETENESS_TOLERANCE);
    }
  });

  it("behavior: all positions of an asset and direction have one reference ρ in a class", () => {
    const rhos = all.map(({ reference }, place) => `${cases[place]?.explained.position.kind} ${reference.rhoBps}`);
    assert.ok(new Set(rhos).size <= 2);
  });

  it("behavior: more volatility than usual raises ρ, and collateral moves the score alone", () => {
    for (const explanation of all) {
      assert.ok((shareOf(explanation, "volatility")?.rhoBps ?? -1) >= 0);
      assert.equal(shareOf(explanation, "collateral")?.rhoBps, 0);
      assert.equal(shareOf(explanation, "collateral")?.piBps, 0);
    }
  });

  it("behavior: on a usual day volatility has no share, and without doubt there is none of it", () => {
    for (const explanation of explained({ asset: { ...asset, usualVol: null } }))
      assert.equal(shareOf(explanation, "volatility"), undefined);
    for (const explanation of all) assert.equal(shareOf(explanation, "doubt"), undefined);
  });

  it("behavior: doubt has a share of its own, its source, and what would be without it", () => {
    const doubts = [doubtOf("BTC")];
    const round = sampleRound(12, { snapshot: { ...ROUND.input.snapshot, doubts } });
    const doubted = casesOf(round);
    const raised = explained(doubted).filter((explanation) => (shareOf(explanation, "doubt")?.rhoBps ?? 0) > 0);
    assert.ok(raised.length > 0);
    for (const explanation of raised) {
      assert.match(shareOf(explanation, "doubt")?.text ?? "", /book-faulty \(five equal books\)/);
      assert.ok(explanation.sources.some(({ source }) => source === "book"));
      const place = doubted.cases.findIndex(({ explained: { position } }) => position.id.toString() === explanation.id);
      const plain = explanation.counterfactuals.find(({ kind }) => kind === "no-doubt");
      assert.equal(plain?.result, cases[place]?.signed.rhoBps);
    }
  });

  it("behavior: without a market all is doubt, against the class default", () => {
    const { snapshot } = ROUND.input;
    const blind = casesOf(sampleRound(12, { snapshot: { ...snapshot, assets: new Map() } }));
    for (const explanation of explained(blind)) {
      assert.equal(explanation.reference.kind, "class-default");
      assert.equal(explanation.reference.rhoBps, SAMPLE_CLASS.rhoDefaultBps);
      assert.deepEqual(
        explanation.meanings.map(({ meaning }) => meaning),
        ["doubt"],
      );
    }
  });

  it("behavior: a counterfactual of collateral flips the score, and a little less does not", () => {
    let flipped = 0;
    for (const [place, explanation] of all.entries()) {
      const one = cases[place];
      const more = explanation.counterfactuals.find(({ kind }) => kind === "more-collateral");
      if (one === undefined || more === undefined) continue;
      const target = (Math.floor(one.signed.score / 100) + 1) * 100;
      const scoreAt = (collateral: number) => changedCase(one, { collateralPerContract: collateral }).signed.score;
      assert.equal(scoreAt(more.changedTo), more.result);
      assert.ok(more.result >= target);
      const before = one.explained.position.collateralPerContract;
      assert.ok(scoreAt(more.changedTo - 1e-3 * (more.changedTo - before)) < target);
      flipped += 1;
    }
    assert.ok(flipped > 0);
  });

  it("behavior: less volatility lowers ρ by a tenth, as stated", () => {
    const found = all.flatMap(({ signed, counterfactuals }) =>
      counterfactuals.filter(({ kind }) => kind === "less-volatility").map(({ result }) => result / signed.rhoBps),
    );
    assert.ok(found.length > 0 && found.every((share) => share <= 0.9));
  });

  it("behavior: equal inputs give equal explanations, in whatever company", () => {
    const [first] = cases;
    assert.ok(first !== undefined);
    assert.deepEqual(explained({ cases: [first] })[0], all[0]);
  });
});

describe("usualVol", () => {
  const HOUR = 3_600;
  const bars = (count: number, move: (bar: number) => number) => {
    const close = new Float64Array(count).fill(100);
    for (let bar = 1; bar < count; bar += 1) close[bar] = (close[bar - 1] ?? 0) * Math.exp(move(bar));
    const endSec = Float64Array.from({ length: count }, (_, bar) => (bar + 1) * HOUR);
    return { spanSec: HOUR, endSec, open: close, high: close, low: close, close, volume: close };
  };
  const alternate = (size: number) => (bar: number) => (bar % 2 === 0 ? size : -size);

  it("error: unknown with fewer than ten whole days, or without moves", () => {
    assert.equal(usualVol(bars(9 * 24, alternate(0.01)), 9 * 24 * HOUR), null);
    assert.equal(
      usualVol(
        bars(60 * 24, () => 0),
        60 * 24 * HOUR,
      ),
      null,
    );
  });

  it("default: one per cent an hour is √8760 per cent a year", () => {
    const found = usualVol(bars(60 * 24, alternate(0.01)), 60 * 24 * HOUR);
    assert.ok(Math.abs((found ?? 0) - 0.01 * Math.sqrt(8_760)) < 1e-9);
  });

  it("behavior: a wild week among thirty days changes nothing, and later bars are not read", () => {
    const wild = bars(61 * 24, (bar) => alternate(bar > 59 * 24 - 7 * 24 ? 0.05 : 0.01)(bar));
    const found = usualVol(wild, 60 * 24 * HOUR);
    assert.ok(Math.abs((found ?? 0) - 0.01 * Math.sqrt(8_760)) < 1e-9);
  });
});
