/** What a fund stands to lose beyond its writers' collateral, and that unknown is not zero. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { GreeksReport, PositionGreeks } from "../../../oracle/domain/greeks.ts";
import type { Position } from "../../../oracle/domain/positions.ts";
import { black76 } from "../../../oracle/math/black76.ts";
import { normalCdf } from "../../../oracle/math/special-functions.ts";
import { fundExposures } from "../../../oracle/scoring/fund-exposure.ts";

const SOURCE = "0x00000000000000000000000000000000000000A1";
const AT_SEC = 1_700_000_000;
const WEEK_SEC = 7 * 86_400;
const WEEK_YEARS = 7 / 365;
const VOL = 0.6;
const SPOT = 60_000;

function putOf(fields: Partial<Position> = {}): Position {
  return {
    seriesId: 1n,
    asset: "BTC",
    kind: "put",
    strike: SPOT,
    expirySec: AT_SEC + WEEK_SEC,
    source: SOURCE,
    sourceIndex: 0,
    id: 1n,
    epoch: 0,
    owner: SOURCE,
    classId: 1,
    size: 2,
    sizeE8: 200_000_000n,
    collateralPerContract: 9_000,
    collateralUnits: 18_000_000_000n,
    flaggedAtSec: null,
    ...fields,
  };
}

/** Of the whole position, USD. */
function collateral(usd: number): Pick<Position, "collateralPerContract" | "collateralUnits"> {
  return { collateralPerContract: usd / 2, collateralUnits: BigInt(usd) * 1_000_000n };
}

function greeksOf(positions: readonly Position[], isKnown = true, forwardUsd = SPOT): GreeksReport {
  const zero = { value: 0, gamma: 0, vega: 0, theta: 0, vanna: 0, volga: 0 };
  const sensitivities: PositionGreeks["sensitivities"] = isKnown
    ? {
        spotUsd: SPOT,
        forwardUsd,
        volSource: "volatility-index",
        quotesAgeSec: null,
        impliedVol: VOL,
        tenorYears: WEEK_YEARS,
        isDoubted: false,
        usd: { ...zero, delta: 0, deltaUsd: 0, gammaUsd: 0 },
        coin: { ...zero, netDelta: 0, netDeltaUsd: 0 },
      }
    : null;
  const rows = positions.map(({ source, id, owner, asset }) => ({
    ...{ source: source.toLowerCase(), id: id.toString(), owner, asset, sensitivities, explanation: "" },
  }));
  return { atSec: AT_SEC, positions: rows, groups: [] };
}

function exposuresOf(positions: readonly Position[], isKnown = true) {
  const book = { source: SOURCE.toLowerCase(), positions, greeks: greeksOf(positions, isKnown), decimals: 6 };
  return fundExposures(book, "BTC")?.exposures ?? null;
}

describe("fundExposures", () => {
  it("behavior: under a basis the spot price stays the spot price, and the delta is that of the forward", () => {
    for (const forwardUsd of [0.97 * SPOT, 1.04 * SPOT]) {
      const greeks = greeksOf([putOf()], true, forwardUsd);
      const book = { source: SOURCE.toLowerCase(), positions: [putOf()], greeks, decimals: 6 };
      const [found] = fundExposures(book, "BTC")?.exposures ?? [];
      assert.ok(found !== undefined);
      // A shortfall begins at 51 000; by the formula under the forward itself.
      const strike = SPOT - 9_000;
      const deviation = VOL * Math.sqrt(WEEK_YEARS);
      const upper = Math.log(forwardUsd / strike) / deviation + deviation / 2;
      assert.equal(found.spot, SPOT);
      assert.ok(Math.abs(found.strike / found.spot - strike / forwardUsd) < 1e-12);
      assert.ok(Math.abs(found.deltaCoins - 2 * normalCdf(-upper)) < 1e-12);
    }
  });

  it("error: null where a put has no Greeks, or no row at all", () => {
    assert.equal(exposuresOf([putOf()], false), null);
    const greeks = greeksOf([]);
    assert.equal(fundExposures({ source: SOURCE, positions: [putOf()], greeks, decimals: 6 }, "BTC"), null);
  });

  it("error: null for a strike or a size that is no number", () => {
    assert.equal(exposuresOf([putOf({ strike: Number.NaN })]), null);
    assert.equal(exposuresOf([putOf({ size: Number.NaN })]), null);
    assert.equal(exposuresOf([putOf({ sizeE8: -1n })]), null);
  });

  it("error: a doubted position makes the book doubted", () => {
    const greeks = greeksOf([putOf()]);
    const book = { source: SOURCE, positions: [putOf()], decimals: 6 };
    assert.equal(fundExposures({ ...book, greeks }, "BTC")?.isDoubted, false);
    const positions = greeks.positions.map((row) =>
      row.sensitivities === null ? row : { ...row, sensitivities: { ...row.sensitivities, isDoubted: true } },
    );
    assert.equal(fundExposures({ ...book, greeks: { ...greeks, positions } }, "BTC")?.isDoubted, true);
  });

  it("behavior: full collateral lacks nothing, though a quotient of decimal numbers says otherwise", () => {
    const size = 0.07;
    const put = putOf({ size, sizeE8: 7_000_000n, ...collateral(4_200), collateralPerContract: 4_200 / size });
    assert.ok(put.strike - put.collateralPerContract > 0);
    assert.deepEqual(exposuresOf([put]), []);
    // Nor does it need Greeks: nothing is missing at any price.
    assert.deepEqual(exposuresOf([put], false), []);
  });

  it("behavior: a strike of next to nothing is left out", () => {
    assert.deepEqual(exposuresOf([putOf(collateral(2 * (SPOT - 1)))]), []);
    assert.equal(exposuresOf([putOf(collateral(2 * (SPOT - 100)))])?.length, 1);
    assert.deepEqual(exposuresOf([putOf({ size: 0, sizeE8: 0n })]), []);
  });

  it("default: the put begins where the collateral ends", () => {
    const [exposure, more] = exposuresOf([putOf()]) ?? [];
    assert.equal(more, undefined);
    assert.equal(exposure?.strike, 51_000);
    const option = { kind: "put", forward: SPOT, strike: 51_000, impliedVol: VOL, tenorYears: WEEK_YEARS } as const;
    assert.equal(exposure?.deltaCoins, -2 * black76(option).delta);
    assert.ok(exposure.deltaCoins > 0);
  });

  it("behavior: more collateral is less exposure, full collateral none", () => {
    const delta = (usd: number) => exposuresOf([putOf(collateral(usd))])?.[0]?.deltaCoins ?? 0;
    assert.ok(delta(12_000) > delta(18_000));
    assert.deepEqual(exposuresOf([putOf(collateral(2 * SPOT))]), []);
  });

  it("behavior: calls, other assets, other sources and what has expired are not the fund's, known or not", () => {
    const others = [
      putOf({ kind: "call" }),
      putOf({ asset: "ETH" }),
      putOf({ source: "0x00000000000000000000000000000000000000b2" }),
      putOf({ expirySec: AT_SEC }),
    ];
    assert.deepEqual(exposuresOf(others, false), []);
    assert.deepEqual(exposuresOf([]), []);
  });
});
