/** A replay under equal bounds differs in nothing; under others it does what they allow, and a crash shows what that costs. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { HistoryReplay } from "../../../oracle/domain/history.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { decodeWeek, encodeWeek, type RecordedWeek } from "../../../oracle/simulation/history/recorded-week.ts";
import { replayHistory } from "../../../oracle/simulation/history/replay-history.ts";
import type { VaultTerms } from "../../../oracle/simulation/vault/vault-terms.ts";
import { btcTerms, WEEK_SPEC, weekByHand } from "../../helpers/history-week.ts";

/** Puts and calls between 5 and 15 % out of the money, of days. */
const CLASS = 131;
const ASKED_BPS = 600;

describe("replayHistory", () => {
  let terms: ReadonlyMap<string, VaultTerms>;
  let week: RecordedWeek;
  let present: RiskClass;

  before(async () => {
    terms = await btcTerms();
    week = weekByHand(terms, 0, ASKED_BPS);
    const found = terms.get("BTC")?.classes.get(CLASS);
    assert.ok(found !== undefined);
    present = found;
  });

  function replayed(proposed: Partial<RiskClass>): HistoryReplay {
    const question = { classId: CLASS, present, proposed: { ...present, ...proposed } };
    const replay = replayHistory({ spec: WEEK_SPEC, label: "by hand", weeks: [week], terms, question });
    assert.ok(replay !== null);
    return replay;
  }

  it("error: a class that no market has is none; text that is no week is refused", () => {
    const question = { classId: 9, present, proposed: present };
    assert.equal(replayHistory({ spec: WEEK_SPEC, label: "", weeks: [week], terms, question }), null);
    assert.throws(() => decodeWeek('{"week":0}'));
  });

  it("default: a week survives its text", () => {
    assert.deepEqual(decodeWeek(encodeWeek(week)), week);
  });

  it("default: equal bounds differ in nothing, and the crash flags and liquidates", () => {
    const { present: now, proposed: then, shorts, points, asset } = replayed({});
    assert.deepEqual(now, then);
    assert.equal(asset, "BTC");
    assert.ok(shorts.length > 5 && points.length === 28, `${shorts.length} shorts, ${points.length} points`);
    assert.ok(now.flagged >= now.liquidated && now.liquidated > 0, JSON.stringify(now));
    assert.ok(shorts.every((short) => JSON.stringify(short.present) === JSON.stringify(short.proposed)));
    // Asked for is what was recorded, wherever a short of the class was scored.
    assert.ok(points.every(({ askedRhoBps }) => askedRhoBps === null || askedRhoBps === ASKED_BPS));
  });

  it("behavior: a floor above what is asked for clamps every report, raises ρ and locks more", () => {
    const { present: now, proposed: then } = replayed({
      ...{ rhoFloorBps: 1_000, rhoDefaultBps: Math.max(1_000, present.rhoDefaultBps) },
      rhoInitialBps: Math.max(1_000, present.rhoInitialBps),
    });
    assert.ok((then.meanRhoBps ?? 0) > (now.meanRhoBps ?? 0) + 200, `${now.meanRhoBps} ${then.meanRhoBps}`);
    assert.ok(then.clamped > now.clamped);
    assert.ok(then.lockedUsd > now.lockedUsd);
  });

  it("behavior: a ceiling below what is asked for lets shorts hold less, and the crash leaves more unpaid", () => {
    const low = { rhoFloorBps: 150, rhoCeilingBps: 200, rhoDefaultBps: 200, rhoInitialBps: 200 };
    const { present: now, proposed: then } = replayed({
      ...low,
      piFloorBps: 10,
      piDefaultBps: 50,
      deltaBps: 50,
      betaBps: 0,
    });
    assert.ok((then.meanRhoBps ?? 0) < (now.meanRhoBps ?? 0) - 100, `${now.meanRhoBps} ${then.meanRhoBps}`);
    assert.ok(then.lockedUsd < now.lockedUsd);
    assert.ok(then.shortfallUsd >= now.shortfallUsd, `${now.shortfallUsd} ${then.shortfallUsd}`);
  });
});
