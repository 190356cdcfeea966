/** Depth that is shown, volume that is made, prices of one block; and what none of them may call an attack. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { BlockPrice } from "../../../oracle/domain/chain-signals.ts";
import { basisConflict } from "../../../oracle/ingestion/defence/basis-check.ts";
import {
  blockPrice,
  type DepthSample,
  type FlowSample,
  spoofedDepth,
  washVolume,
} from "../../../oracle/ingestion/defence/flow-indicators.ts";

const depth = (bidUsd: number, askUsd: number, timeSec = 0): DepthSample => ({ timeSec, bidUsd, askUsd });
const usualDepth = Array.from({ length: 20 }, (_, row) => depth(100 + row, 100 - row, row));
const usualFlow = Array.from({ length: 20 }, (): FlowSample => ({ volume: 100, range: 0.01, buyShare: 0.45 }));
const blocks = (...prices: readonly number[]): readonly BlockPrice[] =>
  prices.map((price, block) => ({ block, price }));

describe("flow indicators", () => {
  it("error: spoofed-depth for a wall on one side", () => {
    assert.equal(spoofedDepth([...usualDepth, depth(500, 100)])?.reason, "spoofed-depth");
    assert.equal(spoofedDepth([...usualDepth, depth(100, 500)])?.reason, "spoofed-depth");
  });

  it("behavior: depth that grows on both sides, or vanishes on one, is no wall; too few books say nothing", () => {
    assert.equal(spoofedDepth([...usualDepth, depth(500, 500)]), null);
    assert.equal(spoofedDepth([...usualDepth, depth(100, 1)]), null);
    assert.equal(spoofedDepth([...usualDepth.slice(0, 5), depth(500, 100)]), null);
    assert.equal(spoofedDepth([]), null);
  });

  it("error: wash-volume for volume that takes no side and moves nothing", () => {
    assert.equal(washVolume([...usualFlow, { volume: 600, range: 0.005, buyShare: 0.5 }])?.reason, "wash-volume");
    assert.equal(washVolume([...usualFlow, { volume: 600, range: 0.005, buyShare: null }])?.reason, "wash-volume");
  });

  it("behavior: volume that moves the price or takes a side is trade; unknown volume says nothing", () => {
    assert.equal(washVolume([...usualFlow, { volume: 600, range: 0.02, buyShare: 0.5 }]), null);
    assert.equal(washVolume([...usualFlow, { volume: 600, range: 0.005, buyShare: 0.3 }]), null);
    assert.equal(washVolume([...usualFlow, { volume: Number.NaN, range: 0.005, buyShare: null }]), null);
  });

  it("error: block-price for a move of one block, until two more have kept it", () => {
    assert.equal(blockPrice(blocks(100, 100, 100, 110))?.reason, "block-price");
    assert.equal(blockPrice(blocks(100, 100, 100, 110, 110))?.reason, "block-price");
    assert.equal(blockPrice(blocks(100, 100, 100, 110, 110, 110)), null);
    assert.equal(blockPrice(blocks(100, 100, 100, 110, 100)), null);
  });

  it("behavior: no block and one block say nothing", () => {
    assert.equal(blockPrice([]), null);
    assert.equal(blockPrice(blocks(100)), null);
  });

  it("error: basis-conflict beyond 2 %, more for what is due later; anchors without a price say nothing", () => {
    const index = { name: "index", price: 100, years: 0 };
    assert.equal(basisConflict(97.9, [index])?.reason, "basis-conflict");
    assert.equal(basisConflict(98.5, [index]), null);
    assert.equal(basisConflict(97, [{ ...index, years: 0.25 }]), null);
    assert.equal(
      basisConflict(97, [
        { ...index, price: 0 },
        { ...index, price: Number.NaN },
      ]),
      null,
    );
  });
});
