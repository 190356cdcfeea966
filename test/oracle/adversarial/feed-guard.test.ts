/** The learned feed guard: what it cannot judge is doubted; training is seeded; a market far from the fitted ones is noticed. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { createFeedGuard } from "../../../oracle/models/feed-guard/feed-guard.ts";
import { BENT_MARKETS } from "../../../oracle/training/feed-guard/bent-markets.ts";
import type { GuardRow, GuardRows } from "../../../oracle/training/feed-guard/guard-rows.ts";
import { type GuardTraining, trainGuard } from "../../../oracle/training/feed-guard/train-guard.ts";
import { writeGuard } from "../../../oracle/training/feed-guard/write-guard.ts";

const SHIPPED = join(import.meta.dirname, "../../../oracle/models/artifacts/feed-guard");
const DAY_SEC = 86_400;
const WIDTH = FEATURE_SCHEMA.definitions.length;

/** All features move with three hidden numbers; a bent row moves them apart. */
function drawnRows(count: number, seed: string, apart: number): readonly GuardRow[] {
  const rng = createRng(seed);
  const law = createRng("law");
  const weights = Array.from({ length: 3 * WIDTH }, () => law.normal());
  return Array.from({ length: count }, (_, row) => {
    const hidden = [rng.normal(), rng.normal(), rng.normal()];
    const values = Float64Array.from({ length: WIDTH }, (_place, place) =>
      hidden.reduce((sum, value, factor) => sum + value * (weights[factor * WIDTH + place] ?? 0), 0.05 * rng.normal()),
    );
    const missing = Uint8Array.from(values, () => Number(rng.uniform() < 0.1));
    return {
      asset: "BTC",
      atSec: (row * DAY_SEC) / 4,
      values: values.map((value) => value + apart * rng.normal()),
      missing,
    };
  });
}

function drawnBlocks(): { readonly train: readonly GuardRow[]; readonly develop: GuardRows } {
  const bent = Object.fromEntries(BENT_MARKETS.map((name) => [name, drawnRows(40, name, 3)]));
  return {
    train: drawnRows(400, "train", 0),
    develop: { honest: drawnRows(240, "develop", 0), bent: bent as GuardRows["bent"] },
  };
}

const vector = (row: GuardRow) => ({ ...row, schemaHash: FEATURE_SCHEMA.hash, clipped: [] });
const FACTS = {
  schema: FEATURE_SCHEMA,
  seed: "test",
  files: [],
  barSpanSec: 3_600,
  span: { fromSec: 0, trainToSec: 1, developToSec: 2 },
  environment: { node: "test", onnxruntime: "test", platform: "test" },
};

describe("learned feed guard", () => {
  let folder: string;
  let trained: GuardTraining;
  before(async () => {
    trained = await trainGuard(drawnBlocks(), "test");
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-guard-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const faults = {
    "artefact-missing": (): void => {},
    "artefact-hash": (): void => {
      cpSync(SHIPPED, folder, { recursive: true });
      const bytes = readFileSync(join(folder, "model.onnx"));
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      writeFileSync(join(folder, "model.onnx"), bytes);
    },
  };
  for (const [reason, damage] of Object.entries(faults))
    it(`error: ${reason} puts every asset in doubt`, async () => {
      damage();
      const guard = await createFeedGuard(folder, FEATURE_SCHEMA);
      const { verdicts, doubts } = await guard.judge(drawnRows(2, "any", 0).map(vector));
      assert.equal(guard.reason, reason);
      assert.deepEqual(
        verdicts.map((verdict) => [verdict.action, verdict.reason]),
        [
          ["down-weight", "guard-missing"],
          ["down-weight", "guard-missing"],
        ],
      );
      assert.deepEqual(
        doubts.map((doubt) => doubt.reason),
        ["source-conflict", "source-conflict"],
      );
    });

  it("error: schema-mismatch for features of another version", async () => {
    const guard = await createFeedGuard(SHIPPED, { ...FEATURE_SCHEMA, hash: `0x${"0".repeat(64)}` });
    assert.equal(guard.reason, "schema-mismatch");
    assert.equal((await guard.judge(drawnRows(1, "any", 0).map(vector))).doubts.length, 1);
  });

  it("error: a closed guard doubts instead of passing", async () => {
    const guard = await createFeedGuard(SHIPPED, FEATURE_SCHEMA);
    assert.equal(guard.reason, null);
    await guard.close();
    assert.equal((await guard.judge(drawnRows(1, "any", 0).map(vector))).doubts.length, 1);
  });

  it("error: a network that fails is a doubt about every asset, not a round without scores", async () => {
    const guard = await createFeedGuard(SHIPPED, FEATURE_SCHEMA);
    const [row] = drawnRows(1, "any", 0);
    assert.ok(row !== undefined);
    const short = { ...row, values: row.values.slice(0, 3), missing: row.missing.slice(0, 3) };
    const { verdicts, doubts } = await guard.judge([vector(short)]);
    await guard.close();
    assert.deepEqual([verdicts[0]?.reason, doubts.length], ["guard-missing", 1]);
    assert.match(verdicts[0]?.detail ?? "", /^the network failed: /);
  });

  it("error: TRAINING_TOO_FEW_ROWS", async () => {
    const { train, develop } = drawnBlocks();
    await assert.rejects(trainGuard({ train: train.slice(0, 199), develop }, "test"), (error) =>
      hasCode(error, "TRAINING_TOO_FEW_ROWS"),
    );
  });

  it("behavior: one seed gives the same bytes, and what it learned acts on rows that came apart only", async () => {
    const one = trained;
    assert.deepEqual(await trainGuard(drawnBlocks(), "test"), one);
    assert.ok(
      one.alarmsAWeek <= 0.5 && Object.values(one.noticed).every((share) => share > 0.9),
      JSON.stringify(one.noticed),
    );
    const manifest = await writeGuard(one, FACTS, { directory: folder, rng: createRng("vectors") });
    assert.deepEqual([manifest.acts, manifest.inBundle], [true, true]);
    const guard = await createFeedGuard(folder, FEATURE_SCHEMA);
    const usual = await guard.judge(drawnRows(50, "later", 0).map(vector));
    const apart = await guard.judge(drawnRows(50, "later", 3).map(vector));
    await guard.close();
    assert.ok(usual.doubts.length <= 5, String(usual.doubts.length));
    assert.ok(apart.doubts.length >= 45, String(apart.doubts.length));
    assert.ok(apart.verdicts.every(({ feature, action }) => feature === "market" && action !== "veto"));
  });

  it("behavior: a guard that does not act states its verdict and doubts nothing", async () => {
    await writeGuard({ ...trained, acts: false }, FACTS, { directory: folder, rng: createRng("vectors") });
    const guard = await createFeedGuard(folder, FEATURE_SCHEMA);
    const { verdicts, doubts } = await guard.judge(drawnRows(20, "later", 3).map(vector));
    const nothing = {
      asset: "BTC",
      atSec: 0,
      values: new Float64Array(WIDTH).fill(Number.NaN),
      missing: new Uint8Array(WIDTH).fill(1),
    };
    const unknown = await guard.judge([vector(nothing)]);
    await guard.close();
    assert.equal(doubts.length, 0);
    assert.ok(verdicts.filter(({ reason }) => reason === "out-of-distribution").length >= 18);
    assert.equal(unknown.verdicts[0]?.reason, "out-of-distribution");
  });
});
