/** The replay of 2025-10-10: hazards by the hour of a drawn index, further falls that rise with the book of positions. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createCascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { cascadePage } from "../../../scripts/evaluate/cascade/cascade-page.ts";
import { crashCurves, crashHazards } from "../../../scripts/evaluate/cascade/crash-replay.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const ARTEFACT = fileURLToPath(new URL("../../../oracle/models/artifacts/cascade", import.meta.url));
const FIRST_SEC = Date.parse("2025-10-01T00:00:00Z") / 1_000;
const BARS = 10 * 288;

/** Still for nine days, then falling by half a percent each five minutes at the end of the tenth. */
function indexCsv(): string {
  let close = 120_000;
  const lines = Array.from({ length: BARS }, (_, bar) => {
    const open = close;
    close *= bar >= BARS - 24 ? 0.995 : 1 + 0.0005 * ((bar % 2) * 2 - 1);
    return [FIRST_SEC + 300 * bar, open, Math.max(open, close), Math.min(open, close), close].join(",");
  });
  return ["ts,open,high,low,close", ...lines].join("\n");
}

describe("crash replay", () => {
  it("error: DATA_MALFORMED for an index with another header; none without the file", async () => {
    const folder = temporaryFolder();
    const predictor = await createCascadePredictor(ARTEFACT);
    assert.deepEqual(crashHazards([folder.path], predictor), []);
    writeFileSync(join(folder.path, "btc_index_5m_2025q4.csv"), "time,open\n1,2");
    assert.throws(
      () => crashHazards([folder.path], predictor),
      (error) => hasCode(error, "DATA_MALFORMED"),
    );
    await predictor.close();
    folder.remove();
  });

  it("behavior: the hazard rises with the fall, and the page shows it", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder.path, "btc_index_5m_2025q4.csv"), indexCsv());
    const predictor = await createCascadePredictor(ARTEFACT);
    const hours = crashHazards([folder.path], predictor);
    await predictor.close();
    const [quiet, last] = [hours[0], hours.at(-1)];
    assert.ok(quiet && last && hours.length > 24);
    assert.ok(last.probability6h > 2 * quiet.probability6h && last.probability24h > quiet.probability24h);
    const page = await cascadePage({ paths: [folder.path], fromSec: null });
    assert.deepEqual(
      page.sections.map(({ title }) => title),
      ["2025-10-10"],
    );
    folder.remove();
  });

  it("behavior: more positions fall further, and the interval holds the middle", () => {
    const bids = [0.01, 0.02, 0.05].map((distance) => ({ distance, notionalUsd: 6e9 * distance, averagePrice: null }));
    const times = { sourceId: "test", sourceTimeSec: FIRST_SEC, receivedTimeSec: FIRST_SEC };
    const book = { kind: "book", asset: "BTC", bids, asks: bids, bestBid: null, bestAsk: null, ...times } as const;
    const { depthUsd, books } = crashCurves(book);
    assert.ok(Math.abs(depthUsd - 6e7) < 1);
    books.forEach(({ rows }, size) => {
      rows.forEach(({ extra, low, high }, node) => {
        assert.ok(low <= extra && extra <= high && extra >= (books[size - 1]?.rows[node]?.extra ?? 0));
      });
    });
  });
});
