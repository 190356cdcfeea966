/** Frames between operators: round trip, size, malformed input. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { decodeMessage, encodeMessage } from "../../../oracle/consensus/wire.ts";
import { ACCOUNTS, observationOf, signWithoutGuard } from "./cluster.ts";

const OPERATOR = ACCOUNTS[0]?.address ?? "0x";

describe("decodeMessage", () => {
  it("error: malformed for everything that is no message", async () => {
    const signed = await signWithoutGuard(0, observationOf(OPERATOR, 1_000));
    const good = encodeMessage({ kind: "observation", signed });
    const variants = [
      "",
      "{",
      "null",
      "[]",
      '{"kind":"unknown"}',
      good.replace('"epoch":"1000"', '"epoch":1000'),
      good.replace('"epoch":"1000"', '"epoch":"01000"'),
      good.replace('"epoch":"1000"', `"epoch":"${2n ** 64n}"`),
      good.replace('"fallbackBits":0', '"fallbackBits":-1'),
      good.replace('"fallbackBits":0', '"fallbackBits":0.5'),
      good.replace('"fallbackBits":0', '"fallbackBits":0,"further":1'),
      good.replace('"entries":"0x', '"entries":"0x00'),
      good.replace(/"signature":"0x../, '"signature":"0x'),
    ];
    for (const text of variants) assert.equal(decodeMessage(text).ok, false, text.slice(0, 80));
  });

  it("error: malformed for entries that do not ascend", async () => {
    const observation = observationOf(OPERATOR, 1_000);
    const signed = await signWithoutGuard(0, observation);
    const text = encodeMessage({ kind: "observation", signed });
    const packed = /"entries":"0x([0-9a-f]+)"/.exec(text)?.[1] ?? "";
    assert.equal(decodeMessage(text.replace(packed, packed.slice(0, 32) + packed)).ok, false);
  });

  it("default: inverts encodeMessage, in about 34 kB for 1 000 positions", async () => {
    const observation = { ...observationOf(OPERATOR, 1_000, 1_000), operator: OPERATOR.toLowerCase() };
    const lower: `0x${string}` = `0x${observation.operator.slice(2)}`;
    const signed = await signWithoutGuard(0, { ...observation, operator: lower });
    const text = encodeMessage({ kind: "observation", signed });
    assert.ok(text.length < 34_000);
    assert.deepEqual(decodeMessage(text), { ok: true, value: { kind: "observation", signed } });
    const proposal = { kind: "proposal", observations: [signed], digest: observation.bundleHash } as const;
    assert.deepEqual(decodeMessage(encodeMessage(proposal)), { ok: true, value: proposal });
  });
});
