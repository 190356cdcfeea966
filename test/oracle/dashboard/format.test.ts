/** Numbers on the page never look safer than they are. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  formatAddress,
  formatBps,
  formatClock,
  formatHealth,
  formatNumber,
  formatReason,
  formatTime,
} from "../../../oracle/dashboard/core/format.ts";

describe("formatHealth", () => {
  it("behavior: unknown is a word, never a number", () => {
    for (const health of [null, Number.NaN]) assert.equal(formatHealth(health), "unknown");
  });
  it("behavior: rounds down, so that a liquidatable position never reads as 1.00", () => {
    assert.equal(formatHealth(0.9999), "0.99");
    assert.equal(formatHealth(1), "1.00");
    assert.equal(formatHealth(-0.001), "−0.01");
    assert.equal(formatHealth(-0), "0.00");
  });
  it("behavior: the chain's caps are shown as bounds", () => {
    for (const health of [100, 1e18, Number.POSITIVE_INFINITY]) assert.equal(formatHealth(health), "≥ 100");
    for (const health of [-100, -1e18, Number.NEGATIVE_INFINITY]) assert.equal(formatHealth(health), "≤ −100");
    assert.equal(formatHealth(99.999), "99.99");
  });
});

describe("formats", () => {
  it("default: percent, grouped numbers, times, reasons, addresses", () => {
    assert.equal(formatBps(2_610), "26.1 %");
    assert.equal(formatNumber(30_000), "30,000");
    assert.equal(formatNumber(0.12345), "0.1235");
    assert.equal(formatTime(1_655_121_600), "2022-06-13 12:00");
    assert.equal(formatClock(1_655_121_601_999), "12:00:01");
    assert.equal(formatReason({ factor: "learned-tail", contributionBps: -100 }), "learned-tail −1.0 %");
    assert.equal(formatReason({ factor: "implied-vol", contributionBps: 0 }), "implied-vol +0.0 %");
    assert.equal(formatAddress("0x00000000000000000000000000000000000000b2"), "0x0000…00b2");
    assert.equal(formatAddress("0xb2"), "0xb2");
  });
});
