/** Option chains, their pairs, and the baselines of the collateral backtest. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { BASELINE_NAMES, type BaselineName, baselineRules } from "../../../scripts/backtest/collateral/baselines.ts";
import { knobAtBreachRate } from "../../../scripts/backtest/collateral/knob-search.ts";
import { isBreach, marginFigures } from "../../../scripts/backtest/collateral/margin-figures.ts";
import { type OptionPair, snapshotPairs } from "../../../scripts/backtest/collateral/snapshot-pairs.ts";
import { type ChainSnapshot, readOptionChains } from "../../../scripts/data/option-chains.ts";
import { CHAIN_HEADER, CHAIN_START_SEC, chainCsv } from "../../helpers/synthetic-chain.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const OPTIONS = join(resolve(process.env.PLIMSOLL_DATA ?? "../shared/data"), "deribit-options");
let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function write(name: string, text: string): string {
  const path = join(folder.path, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function snapshotsOf(text: string): readonly ChainSnapshot[] {
  return readOptionChains([write("BTC_2026-01.csv", text)]).get("BTC") ?? [];
}

const ROW = `${CHAIN_START_SEC},20260130,50000,C,,,0.02,0.5,50100,50000,1,1,0.5`;

function faultOf(...rows: readonly string[]): PlimsollError {
  const path = write("BTC_2026-01.csv", [CHAIN_HEADER, ...rows].join("\n"));
  try {
    readOptionChains([path]);
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
  return assert.fail("read without an error");
}

describe("readOptionChains", () => {
  it("error: DATA_NOT_FOUND without a chain file", () => {
    write("readme.txt", "none");
    assert.throws(() => readOptionChains([folder.path]), { code: "DATA_NOT_FOUND" });
  });

  it("error: DATA_MALFORMED names line and column of what is missing, no number or out of range", () => {
    const path = write("BTC_2026-01.csv", `${CHAIN_HEADER.replace("idx", "index")}\n${ROW}`);
    assert.throws(() => readOptionChains([path]), { code: "DATA_MALFORMED" });
    assert.equal(faultOf().code, "DATA_MALFORMED");
    const cases: readonly (readonly [string, string, string])[] = [
      ["strike", ",50000,C", ",0,C"],
      ["expiry", "20260130", "20261330"],
      ["cp", ",C,", ",X,"],
      ["mark", "0.02", "1000"],
      ["mark", "0.02", ""],
      ["iv", ",0.5,50100", ",50,50100"],
      ["iv", ",0.5,50100", ",NaN,50100"],
      ["fut", "50100", "50.1"],
      ["idx", ",50000,1", ",-1,1"],
      ["ts", `${CHAIN_START_SEC}`, "now"],
    ];
    for (const [column, from, to] of cases) {
      const error = faultOf(ROW.replace(from, to));
      assert.deepEqual([error.code, error.context.column, error.context.line], ["DATA_MALFORMED", column, 2], to);
    }
  });

  it("error: DATA_MALFORMED for rows out of order", () => {
    const error = faultOf(ROW, ROW.replace(`${CHAIN_START_SEC}`, `${CHAIN_START_SEC - 60}`));
    assert.deepEqual([error.code, error.context.line, error.context.column], ["DATA_MALFORMED", 3, "ts"]);
  });

  it("error: DATA_CONFLICT for an option quoted twice, in one file or in two that differ", () => {
    assert.equal(faultOf(ROW, ROW).code, "DATA_CONFLICT");
    const first = write("a/BTC_2026-01.csv", `${CHAIN_HEADER}\n${ROW}`);
    const second = write("b/BTC_2026-01.csv", `${CHAIN_HEADER}\n${ROW.replace("0.02", "0.03")}`);
    assert.throws(() => readOptionChains([first, second]), { code: "DATA_CONFLICT" });
  });

  it("error: DATA_IMPLAUSIBLE for an index that doubles or never moves", () => {
    const at = (hour: number): string => ROW.replace(`${CHAIN_START_SEC}`, `${CHAIN_START_SEC + hour * 3_600}`);
    assert.equal(faultOf(ROW, at(6).replaceAll("50000", "105000").replace("50100", "105000")).code, "DATA_IMPLAUSIBLE");
    assert.equal(faultOf(...Array.from({ length: 12 }, (_, hour) => at(hour))).code, "DATA_IMPLAUSIBLE");
  });

  it("behavior: files with common rows are joined in time order, each row once", () => {
    const later = ROW.replace(`${CHAIN_START_SEC}`, `${CHAIN_START_SEC + 3_600}`);
    const first = write("a/BTC_2026-01.csv", [CHAIN_HEADER, ROW, later].join("\n"));
    const second = write("b/BTC_2026-01.csv", [CHAIN_HEADER, later].join("\n"));
    const found = readOptionChains([second, first]).get("BTC") ?? [];
    assert.deepEqual(
      found.map(({ atSec, quotes }) => [atSec, quotes.length]),
      [
        [CHAIN_START_SEC, 1],
        [CHAIN_START_SEC + 3_600, 1],
      ],
    );
  });
});

describe("snapshotPairs", () => {
  const snapshots = (): readonly ChainSnapshot[] => snapshotsOf(chainCsv({ seed: "pairs", snapshots: 60 }));

  it("error: no pair where the later snapshot is missing or too late", () => {
    const all = snapshots();
    assert.equal(snapshotPairs(all.slice(0, 1), 6).length, 0);
    assert.equal(snapshotPairs([...all.slice(0, 1), ...all.slice(10, 11)], 24).length, 0);
  });

  it("behavior: strikes far away and options about to expire are not judged", () => {
    for (const { quote, laterSec } of snapshotPairs(snapshots(), 24)) {
      assert.ok(quote.strike / quote.index >= 0.7 && quote.strike / quote.index <= 1.4);
      assert.ok(quote.expirySec > laterSec + SECONDS_PER_HOUR);
    }
  });

  it("default: the later value is the mark of the same option at the first snapshot not before the horizon", () => {
    const all = snapshots();
    const pairs = snapshotPairs(all, 24);
    assert.ok(pairs.length > 500);
    for (const { snapshot, quote, laterSec, laterValue } of pairs.filter((_, place) => place % 50 === 0)) {
      assert.equal(laterSec, snapshot.atSec + 24 * SECONDS_PER_HOUR);
      const later = all
        .find(({ atSec }) => atSec === laterSec)
        ?.quotes.find(
          ({ kind, strike, expirySec }) =>
            kind === quote.kind && strike === quote.strike && expirySec === quote.expirySec,
        );
      assert.ok(later !== undefined);
      const unit = quote.kind === "call" ? 1 : later.index / later.strike;
      assert.equal(laterValue, later.mark * unit);
    }
  });
});

describe("knobAtBreachRate", () => {
  it("error: where no knob is enough the greatest one tried is returned", () => {
    assert.ok(knobAtBreachRate({ count: 5, isBreached: () => true }, 0.1) >= 1e6);
  });

  it("default: the smallest knob with at most the stated share of breaches", () => {
    const needed = Array.from({ length: 1_000 }, (_, place) => ((place * 7919) % 1_000) / 100);
    const isBreached = (place: number, knob: number): boolean => (needed[place] ?? 0) > knob;
    for (const [rate, knob] of [
      [0.01, 9.89],
      [0.5, 4.99],
    ] as const) {
      assert.ok(Math.abs(knobAtBreachRate({ count: 1_000, isBreached }, rate) - knob) < 1e-5);
    }
  });
});

describe("baselineRules", () => {
  it("behavior: margins lie within intrinsic value and the largest loss and do not fall with the knob", () => {
    const snapshots = snapshotsOf(chainCsv({ seed: "rules", snapshots: 30 }));
    const rules = baselineRules(snapshots);
    for (const pair of snapshotPairs(snapshots, 6)) {
      for (const name of BASELINE_NAMES) {
        const margins = [0, 0.1, 1, 5, 100].map((knob) => rules[name](pair, knob));
        assert.ok(margins.every((margin, place) => margin >= (margins[place - 1] ?? pair.intrinsic) && margin <= 1));
      }
    }
  });

  it("behavior: volatilities at t do not read what comes after t", () => {
    const margins = (noiseFrom: number): readonly number[] => {
      const snapshots = snapshotsOf(chainCsv({ seed: "future", snapshots: 30, noiseFrom }));
      const rules = baselineRules(snapshots);
      const before = snapshotPairs(snapshots, 6).filter(({ snapshot }) => snapshot === snapshots[19]);
      return before.flatMap((pair) => BASELINE_NAMES.map((name) => rules[name](pair, 1)));
    };
    assert.deepEqual(margins(20), margins(30));
  });

  it("default: the published cells of BTC over 6 h, four digits", function () {
    if (!existsSync(OPTIONS)) {
      console.warn(`SKIPPED: ${OPTIONS} is absent; set PLIMSOLL_DATA to the folder of the data folders.`);
      return this.skip();
    }
    const files = readdirSync(OPTIONS).filter((name) => name.startsWith("BTC_"));
    const snapshots = readOptionChains(files.map((name) => join(OPTIONS, name))).get("BTC") ?? [];
    const pairs = snapshotPairs(snapshots, 6);
    assert.equal(pairs.length, 246_944);
    const rules = baselineRules(snapshots);
    const found = BASELINE_NAMES.map((name) => [name, excessAt(rules[name], pairs)]);
    assert.deepEqual(Object.fromEntries(found), PUBLISHED);
  });
});

/** design of the collateral backtest, development files, BTC 6 h. */
const PUBLISHED: Readonly<Record<BaselineName, string>> = {
  static: "0.1236",
  pctSpot: "0.0262",
  exchange: "0.0221",
  ewmaGap: "0.0180",
  impliedGap: "0.0178",
};

function excessAt(rule: (pair: OptionPair, knob: number) => number, pairs: readonly OptionPair[]): string {
  const isBreached = (place: number, knob: number): boolean => {
    const pair = pairs[place];
    return pair !== undefined && isBreach(pair.laterValue, rule(pair, knob));
  };
  const knob = knobAtBreachRate({ count: pairs.length, isBreached }, 0.01);
  return marginFigures(
    Float64Array.from(pairs, (pair) => rule(pair, knob)),
    pairs,
  ).excess.toFixed(4);
}
