/** A surface of quoted options for the benchmark and the tests: the usual smile at four expiries, a forward that climbs with the tenor. */
import type { QuotedSurface } from "../../oracle/domain/quoted-surface.ts";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import { sliceOf, USUAL_SMILE } from "../../oracle/models/surface/svi-point.ts";
import type { ScoringInput } from "../../oracle/scoring/score-positions.ts";
import { SAMPLE_TIME_SEC } from "./scoring-input.ts";

const EXPIRY_DAYS = [2, 14, 60, 200] as const;
const DAYS_A_YEAR = 365;
const VOL = 0.6;
/** Share of the price by which the forward climbs in a day. */
const CARRY_A_DAY = 0.0005;
/** Every strike counts as quoted. */
const REACH = 9;

/** The surface of an asset at a price, quoted at the sample's own time. */
export function sampleSurface(asset: string, spot: number): QuotedSurface {
  const quotedAtSec = SAMPLE_TIME_SEC;
  const slices = EXPIRY_DAYS.map((days) => ({
    ...{ expirySec: quotedAtSec + days * SECONDS_PER_DAY, tenorYears: days / DAYS_A_YEAR, quoteCount: 20 },
    ...{ forward: spot * (1 + CARRY_A_DAY * days), lowestQuoted: -REACH, highestQuoted: REACH },
    slice: sliceOf(USUAL_SMILE, VOL * Math.sqrt(days / DAYS_A_YEAR)),
  }));
  return {
    ...{ asset, sourceId: "bench", quotedAtSec, index: spot, slices, repair: "none", arbitragePoints: 0 },
    ...{ gridPoints: 1, quotes: 1, quotesInside: 1, factors: {}, standsIn: false },
  };
}

/** The input with a surface for every asset that has a market. */
export function withSampleSurfaces(input: ScoringInput): ScoringInput {
  const predictions = new Map(
    [...input.predictions].map(([asset, prediction]) => {
      const spot = input.snapshot.assets.get(asset)?.spot;
      if (spot === undefined) return [asset, prediction];
      return [asset, { ...prediction, surface: { ok: true, value: sampleSurface(asset, spot) } as const }];
    }),
  );
  return { ...input, predictions };
}
