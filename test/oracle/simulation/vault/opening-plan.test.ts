/** The schedule of openings: bounds, determinism, and no knowledge of the path beyond the opening price. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng } from "../../../../oracle/math/rng.ts";
import { seriesDefect } from "../../../../oracle/rules/series-id.ts";
import { LONGEST_LIFE_SEC, planOpenings } from "../../../../oracle/simulation/vault/opening-plan.ts";
import { DAY, HOUR, openingsOf, START_SEC, seededHours } from "./vault-bed.ts";

const HOURS = seededHours(24 * 40, "path");

describe("planOpenings", () => {
  it("behavior: without hours nothing is planned", () => {
    const request = { marketId: 1, perDay: 4, fromSec: START_SEC, toSec: START_SEC + DAY, rng: createRng(1) };
    assert.deepEqual(planOpenings({ ...request, hours: [] }), []);
  });

  it("default: series that the vault takes, in order, of all kinds and habits", () => {
    const plan = openingsOf(HOURS);
    const lastSec = HOURS.at(-1)?.startSec ?? 0;
    assert.ok(plan.length > 60);
    plan.forEach((short, place) => {
      assert.equal(short.index, place);
      assert.equal(seriesDefect(short.series, short.openSec), null);
      assert.ok(short.openSec >= (plan[place - 1]?.openSec ?? 0));
      assert.ok(short.expirySec <= lastSec && short.expirySec - short.openSec <= LONGEST_LIFE_SEC);
      assert.ok(short.multipleBps >= 10_000n && short.size > 0);
    });
    assert.equal(new Set(plan.map(({ diligence }) => diligence)).size, 3);
    assert.equal(new Set(plan.map(({ kind }) => kind)).size, 2);
  });

  it("behavior: a part of the path is planned as it is in the whole", () => {
    const fromSec = START_SEC + 5 * DAY;
    const toSec = fromSec + 3 * DAY;
    const rng = createRng("openings");
    const part = planOpenings({ hours: HOURS, marketId: 1, perDay: 3, fromSec, toSec, rng });
    const whole = openingsOf(HOURS).filter(({ openSec }) => openSec >= fromSec && openSec < toSec);
    const strip = (plan: typeof part) => plan.map(({ index: _index, rng: _rng, ...short }) => short);
    assert.deepEqual(strip(part), strip(whole));
  });

  it("behavior: a missing hour opens nothing", () => {
    const missing = new Set(openingsOf(HOURS).map(({ openSec }) => openSec));
    const holes = HOURS.filter(({ startSec }) => !missing.has(startSec));
    assert.equal(openingsOf(holes).length, 0);
    assert.ok(HOURS.length * HOUR > 0);
  });
});
