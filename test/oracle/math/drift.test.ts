/** Drift detectors against an implementation on raw windows (`scripts/generate/drift-reference.py`), hostile input first. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { createAdwin } from "../../../oracle/math/drift/adwin.ts";
import { createPageHinkley } from "../../../oracle/math/drift/page-hinkley.ts";
import { createRng } from "../../../oracle/math/rng.ts";

const DELTA = 0.001;
const PAGE_HINKLEY = { tolerance: 0.05, threshold: 20, minValues: 30 };
const HEX = 16;
const vectorsSchema = z.array(
  z.object({
    stream: z.string().transform((digits) => Array.from(digits, (digit) => Number.parseInt(digit, HEX))),
    adwin: z.array(z.tuple([z.number(), z.number()])),
    pageHinkley: z.array(z.number()),
  }),
);
const vectors = vectorsSchema.parse(
  JSON.parse(readFileSync(new URL("../../vectors/math/drift.json", import.meta.url), "utf8")),
);

describe("drift detectors", () => {
  it("error: settings outside of their range", () => {
    for (const delta of [0, 1, Number.NaN]) assert.throws(() => createAdwin(delta), /delta/);
    assert.throws(() => createPageHinkley({ ...PAGE_HINKLEY, tolerance: -1 }), /tolerance/);
    assert.throws(() => createPageHinkley({ ...PAGE_HINKLEY, threshold: 0 }), /threshold/);
    assert.throws(() => createPageHinkley({ ...PAGE_HINKLEY, minValues: 0 }), /minValues/);
  });
  it("error: a value that is not finite changes nothing", () => {
    const [adwin, pageHinkley] = [createAdwin(DELTA), createPageHinkley(PAGE_HINKLEY)];
    for (const detector of [adwin, pageHinkley]) {
      detector.add(1);
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(detector.add(value).alarm, false);
    }
    assert.deepEqual([adwin.length, adwin.mean], [1, 1]);
    assert.ok(Number.isNaN(createAdwin(DELTA).mean));
  });
  it("default: alarms and windows on streams with a change at 999", () => {
    for (const { stream, adwin, pageHinkley } of vectors) {
      const [one, two] = [createAdwin(DELTA), createPageHinkley(PAGE_HINKLEY)];
      const cuts = stream.flatMap((value, place) => (one.add(value).alarm ? [[place, one.length]] : []));
      const rises = stream.flatMap((value, place) => (two.add(value).alarm ? [place] : []));
      assert.deepEqual({ cuts, rises }, { cuts: adwin, rises: pageHinkley });
    }
  });
  it("behavior: the first alarm comes within one look of the change", () => {
    const changed = vectors.filter(({ adwin }) => adwin.length > 0);
    assert.equal(changed.length, vectors.length - 1);
    for (const { adwin } of changed) assert.equal(adwin[0]?.[0], 1_023);
  });
  it("behavior: a doubled variance is seen at the median within 60 values by Page-Hinkley, within 100 by ADWIN", () => {
    // Sizes of standardised residuals: what the volatility model's monitor watches.
    const sizes = { tolerance: 0.15, threshold: 12, minValues: 30 };
    const found = [() => createPageHinkley(sizes), () => createAdwin(DELTA)].map(delaysOf);
    for (const [place, limit] of [60, 100].entries()) {
      const { median, falseAlarms } = found[place] ?? { median: Number.NaN, falseAlarms: Number.NaN };
      assert.ok(median <= limit, `median ${median}`);
      assert.ok(falseAlarms <= RUNS, `${falseAlarms} false alarms in ${RUNS} runs of 2 000 values`);
    }
  });
});

const RUNS = 40;

function delaysOf(
  create: () => { add(value: number): { readonly alarm: boolean } },
  kind: number,
): {
  readonly median: number;
  readonly falseAlarms: number;
} {
  const transform = kind === 0 ? Math.abs : (value: number): number => value * value;
  let falseAlarms = 0;
  const delays = Array.from({ length: RUNS }, (_, run) => {
    const rng = createRng(`drift-${run}`);
    const detector = create();
    for (let step = 0; step < 2_000; step += 1) falseAlarms += Number(detector.add(transform(rng.normal())).alarm);
    let delay = 0;
    while (delay < 1_000 && !detector.add(transform(Math.SQRT2 * rng.normal())).alarm) delay += 1;
    return delay;
  }).sort((left, right) => left - right);
  return { median: delays[RUNS / 2] ?? Number.NaN, falseAlarms };
}
