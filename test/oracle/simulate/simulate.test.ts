/** `plimsoll simulate`: the catalogue, what attacks do, and the crash of October 2025 where its data are at hand. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import { z } from "zod";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { hoursUnder, keepersUnder, scorerUnder } from "../../../oracle/pipeline/scenario/attacks.ts";
import { CATALOGUE, findCatalogued } from "../../../oracle/pipeline/scenario/scenario-catalogue.ts";
import type { VaultScorer } from "../../../oracle/simulation/vault/vault-scorer.ts";
import { runScript } from "../../helpers/run-script.ts";
import { HOUR, hourAt, START_SEC } from "../simulation/vault/vault-bed.ts";

const SCRIPT = "oracle/main.ts";
const DATA = process.env.PLIMSOLL_DATA;
const answerSchema = z.object({
  scenario: z.literal("crash-2025-10"),
  vaults: z.array(
    z.object({
      policy: z.string(),
      opened: z.number().positive(),
      liquidated: z.number(),
      badDebtUsd: z.number().nonnegative(),
      timeline: z.array(z.object({ timeSec: z.number(), price: z.number().positive(), rho: z.number() })).min(20),
    }),
  ),
});

describe("scenarios", () => {
  it("error: SCENARIO_UNKNOWN names all that there are", async () => {
    const isUnknown = (error: unknown) => hasCode(error, "SCENARIO_UNKNOWN");
    assert.throws(() => findCatalogued("moonshot"), isUnknown);
    const { code, stderr } = await runScript(SCRIPT, ["simulate", "--scenario", "moonshot"]);
    assert.equal(code, 1);
    assert.ok(CATALOGUE.every(({ id }) => stderr.includes(id)));
  });

  it("behavior: there are historical, stress and adversarial ones, with ids of their own", () => {
    assert.equal(new Set(CATALOGUE.map(({ id }) => id)).size, CATALOGUE.length);
    assert.deepEqual(new Set(CATALOGUE.map(({ kind }) => kind)), new Set(["historical", "stress", "adversarial"]));
  });

  it("behavior: attacks touch what they name and nothing else", () => {
    const hours = Array.from({ length: 12 }, (_, place) => hourAt(place, { open: 100 }));
    assert.equal(hoursUnder("silence", hours), hours);
    const pushed = hoursUnder("pushed-feed", hours).filter(({ low, high }) => low < 100 && high > 100);
    assert.equal(pushed.length, 2);
    assert.ok(keepersUnder("keepers-away").gasUsd > keepersUnder("none").gasUsd);
    const scored = { ...STRANGER, scoresOf: () => [] };
    assert.equal(scorerUnder("none", scored, START_SEC), scored);
    const silent = scorerUnder("silence", { ...STRANGER, scoresOf: () => [SCORE] }, START_SEC);
    assert.equal(silent.scoresOf("0x00", START_SEC).length, 1);
    assert.equal(silent.scoresOf("0x00", START_SEC + 72 * HOUR).length, 0);
    const hostile = scorerUnder("hostile-tightening", { ...STRANGER, scoresOf: () => [SCORE] }, START_SEC);
    assert.equal(hostile.scoresOf("0x00", START_SEC + 72 * HOUR)[0]?.rhoBps, 10_000);
  });

  it("behavior: crash-2025-10 runs from five-minute bars, under every policy", async function () {
    if (DATA === undefined) {
      process.stderr.write("      skipped: PLIMSOLL_DATA is not set\n");
      this.skip();
    }
    const { code, stdout, stderr } = await runScript(SCRIPT, [
      "simulate",
      "--scenario",
      "crash-2025-10",
      "--data",
      join(DATA, "cascade-2025-10-10"),
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    const { vaults } = answerSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    assert.deepEqual(
      vaults.map(({ policy }) => policy),
      ["plimsoll", "static", "exchange"],
    );
  });
});

const SCORE = {
  source: "0x00",
  id: 1n,
  epoch: 1,
  classId: 1,
  rhoBps: 500,
  piBps: 100,
  score: 100,
  probabilityOfDefault: 0.1,
  optionValue: 1,
  closeOutCost: 0,
  reasons: [],
  fallbacks: [],
} as const;
const STRANGER: VaultScorer = {
  nextSource: () => "0x00",
  enlist: () => {},
  scoresOf: () => [],
  quote: () => null,
  quantiles: () => [],
};
