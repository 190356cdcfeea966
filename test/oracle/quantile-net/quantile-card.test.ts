/** The card: what it says about its own age. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "mocha";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { quantileManifestSchema } from "../../../oracle/models/manifest.ts";
import { quantileCard } from "../../../oracle/training/quantile-net/quantile-card.ts";

const MANIFEST = new URL("../../../oracle/models/artifacts/quantile-net/manifest.json", import.meta.url);
const DAY = 86_400;

describe("quantileCard", () => {
  const cardAfter = async (days: number): Promise<string> => {
    const manifest = quantileManifestSchema.parse(JSON.parse(await readFile(MANIFEST, "utf8")));
    const trainedAtSec = manifest.training.span.reportToSec + days * DAY;
    return quantileCard(manifest, { schema: FEATURE_SCHEMA, trainedAtSec });
  };

  it("error: rows that ended more than 180 days before the training make a card that is past its date", async () => {
    const card = await cardAfter(181);
    assert.ok(card.includes("Past its date since"));
    assert.ok(card.includes("181 days later"));
    assert.ok(!card.includes("Train again by"));
  });

  it("default: with newer rows the card names the day of the next training, not in the past", async () => {
    const card = await cardAfter(180);
    assert.ok(card.includes("Train again by"));
    assert.ok(!card.includes("Past its date"));
  });
});
