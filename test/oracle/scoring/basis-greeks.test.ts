/** Greeks under a forward that is not the spot price: against quadratures of the payoff, and against the score's own value. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { z } from "zod";
import { type AssetContext, assetContext } from "../../../oracle/scoring/asset-context.ts";
import { positionGreeks } from "../../../oracle/scoring/position-greeks.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { seriesVol } from "../../../oracle/scoring/series-vol.ts";
import { sampleSurface, withSampleSurfaces } from "../../../scripts/bench/sample-surface.ts";
import { SAMPLE_TIME_SEC, samplePosition, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const VECTORS = join(import.meta.dirname, "../../vectors/black76/basis-greeks.json");
const greek = z.record(z.string(), z.number());
const row = z.object({
  kind: z.enum(["call", "put"]),
  ...{ strike: z.number(), basis: z.number(), tenorYears: z.number(), impliedVol: z.number() },
  ...{ usd: greek, coin: greek },
});
const vectors = z
  .object({ spot: z.number(), size: z.number(), rows: z.array(row) })
  .parse(JSON.parse(readFileSync(VECTORS, "utf8")));
const YEAR = 365 * 86_400;
const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "basis" });

/** Context under which the sample asset stands at `spot`, with a flat surface of one forward. */
function contextOf(spot: number, basis: number, impliedVol: number, tenorYears: number): AssetContext {
  const market = BASE.snapshot.assets.get("BTC");
  assert.ok(market !== undefined);
  const quotedAtSec = SAMPLE_TIME_SEC;
  const slice = { a: impliedVol ** 2 * tenorYears, b: 0, rho: 0, m: 0, sigma: 1 };
  const quoted = { expirySec: quotedAtSec + tenorYears * YEAR, tenorYears, forward: spot * basis, quoteCount: 20 };
  const slices = [{ ...quoted, lowestQuoted: -9, highestQuoted: 9, slice }];
  const surface = { ...sampleSurface("BTC", spot), slices };
  const snapshot = { ...BASE.snapshot, assets: new Map([["BTC", { ...market, spot, volIndex: null }]]) };
  const predictions = new Map(
    [...BASE.predictions].map(([asset, one]) => [asset, { ...one, surface: { ok: true, value: surface } as const }]),
  );
  const input = { ...BASE, snapshot, predictions, atSec: SAMPLE_TIME_SEC, settings: DEFAULT_SCORING_SETTINGS };
  return assetContext("BTC", input) ?? assert.fail("no context");
}

describe("positionGreeks under a basis", () => {
  for (const { kind, strike, basis, tenorYears, impliedVol, usd, coin } of vectors.rows) {
    it(`default: a ${kind} at ${strike}, forward ${basis} of spot, agrees with the quadrature`, () => {
      const { spot, size } = vectors;
      const context = contextOf(spot, basis, impliedVol, tenorYears);
      const position = samplePosition({ kind, strike, size, expirySec: SAMPLE_TIME_SEC + tenorYears * YEAR });
      const at = seriesVol(position, context, SAMPLE_TIME_SEC);
      assert.deepEqual([at.source, Math.abs(at.basis - basis) < 1e-9], ["quotes", true]);
      assert.ok(Math.abs(at.impliedVol - impliedVol) < 1e-9);
      const found = positionGreeks(position, context, SAMPLE_TIME_SEC);
      assert.ok(found !== null);
      assert.deepEqual([found.spotUsd, Math.abs(found.forwardUsd - spot * basis) < 1e-4], [spot, true]);
      for (const [expected, own] of [
        [usd, found.usd],
        [coin, found.coin],
      ] as const) {
        const parts = new Map<string, number>(Object.entries(own));
        for (const [name, value] of Object.entries(expected)) {
          const mine = parts.get(name) ?? Number.NaN;
          assert.ok(Math.abs(mine - value) <= 1e-6 * Math.max(Math.abs(value), 1e-7), `${name}: ${mine}, not ${value}`);
        }
      }
    });
  }

  it("behavior: the value is the score's own under a basis too, in the collateral's unit", () => {
    const input = withSampleSurfaces(sampleScoringInput({ positions: 40, series: 20, seed: "basis-book" }));
    const { scores } = scorePositions(input, DEFAULT_SCORING_SETTINGS);
    const kinds = new Set<string>();
    scores.forEach(({ optionValue }, place) => {
      const position = input.positions[place] ?? samplePosition();
      const context = assetContext(position.asset, { ...input, settings: DEFAULT_SCORING_SETTINGS });
      const found = positionGreeks(position, context, input.atSec);
      assert.ok(found !== null);
      if (Math.abs(found.forwardUsd / found.spotUsd - 1) > 1e-4) kinds.add(position.kind);
      const isPut = position.kind === "put";
      const value = isPut ? found.usd.value : found.coin.value;
      const unit = isPut ? found.spotUsd : 1;
      assert.ok(Math.abs(value + position.size * optionValue) < 1e-9 * position.size * unit);
    });
    assert.equal(kinds.size, 2);
  });
});
