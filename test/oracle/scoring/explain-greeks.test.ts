/** What a position's small moves do, in words: unknown first, then amounts, units and edges. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Sensitivities } from "../../../oracle/domain/greeks.ts";
import { black76, black76Coin } from "../../../oracle/math/black76.ts";
import { explainGreeks } from "../../../oracle/scoring/explain-greeks.ts";

const PUT = { asset: "BTC", kind: "put", strike: 30_000, size: 1.5 } as const;
const CALL = { ...PUT, kind: "call" } as const;
const FORWARD = 31_000;
const VOL = 0.7;
const MONTH = 1 / 12;
const DAY = 1 / 365;

function sensitivities(change: Partial<Sensitivities> = {}): Sensitivities {
  const shared = { value: -1, gamma: -1, vega: -1, theta: 1, vanna: 0, volga: 0 };
  return {
    ...{ spotUsd: FORWARD, forwardUsd: FORWARD, impliedVol: VOL, tenorYears: MONTH, isDoubted: false },
    ...{ volSource: "volatility-index", quotesAgeSec: null },
    usd: { ...shared, delta: 0.61237, deltaUsd: 1, gammaUsd: -1 },
    coin: { ...shared, netDelta: -0.8, netDeltaUsd: -1 },
    ...change,
  };
}

function value(kind: "put" | "call", move = 0, vol = 0, years = 0): number {
  const option = { ...PUT, kind, forward: FORWARD * (1 + move), impliedVol: VOL + vol, tenorYears: MONTH + years };
  return PUT.size * (kind === "put" ? black76(option) : black76Coin(option)).price;
}

function amounts(text: string): readonly number[] {
  return [...text.matchAll(/(?:adds|takes off) ([\d.e-]+) /g)].map(([, figure]) => Number(figure));
}

describe("explainGreeks", () => {
  it("error: what is unknown is called unknown, without a figure", () => {
    const text = explainGreeks(PUT, null);
    assert.match(text, /unknown/);
    assert.doesNotMatch(text, /\d/);
  });

  it("error: doubt is said", () => {
    assert.match(explainGreeks(PUT, sensitivities({ isDoubted: true })), /BTC are in doubt/);
    assert.doesNotMatch(explainGreeks(PUT, sensitivities()), /doubt/);
  });

  for (const [position, move, unit, hedge] of [
    [PUT, -0.01, "USD", "selling 0.6124 BTC"],
    [CALL, 0.01, "BTC", "buying 0.8 BTC"],
  ] as const) {
    it(`default: a ${position.kind} in ${unit}, by full revaluation to four digits`, () => {
      const { kind } = position;
      const text = explainGreeks(position, sensitivities());
      const changes = [value(kind, move), value(kind, 0, 0.01), value(kind, 0, 0, -DAY)];
      const expected = changes.map((changed) => Number(Math.abs(changed - value(kind)).toPrecision(4)));
      assert.deepEqual(amounts(text), expected);
      const pattern = new RegExp(
        `1\\.5 BTC ${kind} at 30000 USD: .* of 1 % adds .* ${unit}, .* point more adds .* ${unit}, a day .* takes off`,
      );
      assert.match(text, pattern);
      assert.ok(text.includes(`hedged by ${hedge}. Valued at 70 % a year for the strike 30000, `), text);
    });
  }

  it("behavior: the volatility of the strike is named with where it comes from", () => {
    const said = (change: Partial<Sensitivities>): string => explainGreeks(PUT, sensitivities(change));
    assert.match(said({ volSource: "quotes", quotesAgeSec: 660 }), /off options quoted 11 min ago\.$/);
    assert.match(
      said({ volSource: "quotes-and-rules", quotesAgeSec: 9_000 }),
      /the greater of options quoted 150 min ago/,
    );
    assert.match(said({ volSource: "volatility-index" }), /by the volatility index .*: no quotes serve\.$/);
    assert.match(said({ volSource: "model" }), /by the model's own volatility/);
  });

  it("behavior: inside the last day the day ends with the option", () => {
    const text = explainGreeks(PUT, sensitivities({ tenorYears: DAY / 2 }));
    assert.match(text, /the time to expiry without a move takes off/);
  });
});
