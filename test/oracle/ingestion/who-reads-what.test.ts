/** The table of docs/live-data.md that says who reads each kind of event, held against the code. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Where events are only made, checked, kept or told on; what else names a kind reads it. */
const CARRIERS =
  /^oracle\/(domain|ingestion\/(venues|providers|sources|recording)|simulation|training)\/|^oracle\/ingestion\/(event-checks|guard|guard-limits|market-window|observation-noise|proposal-shelf)\.ts$/;

/** Kind and files of each row, with `–` for nobody. */
function rows(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(ROOT, "docs/live-data.md"), "utf8");
  const part = page.split("## Who reads what")[1]?.split("\n## ")[0] ?? "";
  const found = [...part.matchAll(/^\| `([a-z-]+)` \| ([^|]*) \|/gm)];
  return new Map(
    found.map(([, kind = "", files = ""]) => [kind, [...files.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path)]),
  );
}

describe("who reads what", () => {
  const table = rows();

  it("default: every kind of event has a row, and no row is of another kind", () => {
    assert.deepEqual([...table.keys()].sort(), Object.keys(DEFAULT_GUARD_LIMITS.maxDelaySec).sort());
  });

  it("default: every file that a row names reads that kind", () => {
    for (const [kind, files] of table)
      for (const path of files) {
        const text = readFileSync(join(ROOT, path), "utf8");
        assert.match(text, READING[kind] ?? new RegExp(`"${kind}"`), `${path} does not read ${kind}`);
      }
  });

  it("error: no file outside of the table reads an event beside the price", () => {
    const files = globSync("oracle/**/*.ts", { cwd: ROOT }).map((path) => path.replaceAll("\\", "/"));
    for (const path of files.filter((one) => !CARRIERS.test(one))) {
      const text = readFileSync(join(ROOT, path), "utf8");
      for (const kind of BESIDE_THE_PRICE)
        if (new RegExp(`\\.?kind (===|!==) "${kind}"`).test(text))
          assert.ok(table.get(kind)?.includes(path), `${path} reads ${kind}, and the table does not say so`);
    }
  });
});

/** What the snapshot keeps in a field of its own. */
const READING: Readonly<Record<string, RegExp>> = {
  bar: /bars/,
  book: /\bbook\b/,
  funding: /funding/,
  "vol-index": /volIndex/,
  chain: /chain/,
  proposal: /proposals/,
};
const BESIDE_THE_PRICE = ["trade-flow", "open-interest", "reference", "signal", "pool", "feed-round"];
