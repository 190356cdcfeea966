/** The page's liquidation price is the chain's, to the cent, and its edges are the chain's edges. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { liquidationPrice, liquidationRhoBps } from "../../../oracle/dashboard/core/liquidation.ts";
import { lastHealthyPriceE8 } from "../../../oracle/rules/margin.ts";

const E8 = 1e8;
const DECIMALS = 8;
const MAX_UINT256 = 2n ** 256n - 1n;
const SEED = 7;

/** The chain's answer in USD; its two bounds as 0 and infinity. */
function onChain(isPut: boolean, strike: number, collateral: number, rhoBps: number): number {
  const price = lastHealthyPriceE8({
    ...{ isPut, strikeE8: BigInt(strike) * 10n ** 8n, sizeE8: 10n ** 8n, decimals: DECIMALS, rhoBps: BigInt(rhoBps) },
    collateral: BigInt(Math.round(collateral * E8)),
  });
  return price === MAX_UINT256 ? Number.POSITIVE_INFINITY : Number(price) / E8;
}

describe("liquidationPrice", () => {
  const strike = 30_000;
  it("behavior: full collateral has no price, too little has every price", () => {
    const put = { kind: "put", strike, rhoBps: 2_000, health: 1 } as const;
    const call = { kind: "call", strike, rhoBps: 2_000, health: 1 } as const;
    assert.equal(liquidationPrice({ ...put, collateralPerContract: 30_000 }), 0);
    assert.equal(liquidationPrice({ ...put, collateralPerContract: 5_999 }), Number.POSITIVE_INFINITY);
    assert.equal(liquidationPrice({ ...call, collateralPerContract: 1 }), Number.POSITIVE_INFINITY);
    assert.equal(liquidationPrice({ ...call, collateralPerContract: 0.19 }), 0);
  });

  it("default: equals the chain's last healthy price for puts and calls", () => {
    const share = fc.integer({ min: 1, max: 99 });
    const rho = fc.integer({ min: 1, max: 9_999 });
    fc.assert(
      fc.property(share, rho, fc.boolean(), (percent, rhoBps, isPut) => {
        const collateralPerContract = (isPut ? strike * percent : percent) / 100;
        const kind = isPut ? "put" : "call";
        const here = liquidationPrice({ kind, strike, collateralPerContract, rhoBps, health: 1 });
        const there = onChain(isPut, strike, collateralPerContract, rhoBps);
        assert.ok(here === there || Math.abs(here - there) < 0.01, `${kind} ${percent} % ${rhoBps}: ${here} ${there}`);
      }),
      { seed: SEED },
    );
  });
});

describe("liquidationRhoBps", () => {
  const row = { kind: "put", strike: 1, collateralPerContract: 1, rhoBps: 2_000 } as const;
  it("behavior: unknown where health is, or where it is below nothing", () => {
    assert.equal(liquidationRhoBps({ ...row, health: null }), null);
    assert.equal(liquidationRhoBps({ ...row, health: -0.5 }), null);
  });
  it("default: health times ρ", () => assert.equal(liquidationRhoBps({ ...row, health: 1.5 }), 3_000));
});
