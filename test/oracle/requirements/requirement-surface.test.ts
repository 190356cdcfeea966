/** What new positions would need is what the scoring says of them in the same round, whatever else is in the book. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { zeroHash } from "viem";
import { createObservation } from "../../../oracle/consensus/observe.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { RequirementGrid, RequirementSurface } from "../../../oracle/domain/requirements.ts";
import { commitInputs, explainedAsset } from "../../../oracle/pipeline/explaining/commit-inputs.ts";
import { encodeRound } from "../../../oracle/pipeline/explaining/explained-round.ts";
import { openRequirementDesk } from "../../../oracle/pipeline/requirements/requirement-desk.ts";
import { requirementSurface } from "../../../oracle/pipeline/requirements/requirement-surface.ts";
import { createRequirementThread } from "../../../oracle/pipeline/requirements/requirement-thread.ts";
import type { VaultTerms } from "../../../oracle/simulation/vault/vault-terms.ts";
import { btcTerms } from "../../helpers/history-week.ts";
import { ACCOUNTS, ANCHOR, BUNDLE, SLOT } from "../consensus/cluster.ts";
import { doubtOf, SETTINGS, sampleRound } from "../explanation/explained-sample.ts";

const GRID: RequirementGrid = { moneyness: [0.8, 0.95, 1.1], tenorDays: [2, 30], notionalUsd: [10_000, 50_000_000] };
const ROUND = sampleRound(4);

describe("requirementSurface", () => {
  let terms: VaultTerms;

  before(async () => {
    const found = (await btcTerms()).get("BTC");
    assert.ok(found !== undefined);
    terms = found;
  });

  function surface(inputs = explainedAsset("BTC", ROUND.input)): RequirementSurface | null {
    return requirementSurface({ asset: "BTC", inputs, terms, classes: terms.classes, grid: GRID });
  }

  it("error: without a market there is none; a doubted market is said, and never asks for less", () => {
    assert.equal(surface({ ...explainedAsset("BTC", ROUND.input), market: null }), null);
    const calm = surface();
    const doubted = surface({ ...explainedAsset("BTC", ROUND.input), doubts: [doubtOf("BTC")] });
    assert.deepEqual([calm?.isDoubted, doubted?.isDoubted], [false, true]);
    for (const [place, cell] of (doubted?.cells ?? []).entries()) {
      assert.ok(cell.rhoBps >= (calm?.cells[place]?.rhoBps ?? Number.POSITIVE_INFINITY), `place ${place}`);
    }
  });

  it("default: every place of the grid, inside the bounds of its class; larger sizes need no less", () => {
    const found = surface();
    assert.ok(found !== null);
    assert.equal(found.cells.length, 24);
    for (const { classId, rhoBps, piBps, kind, moneyness, tenorDays, notionalUsd } of found.cells) {
      const bounds = terms.classes.get(classId);
      assert.ok(bounds !== undefined && rhoBps >= bounds.rhoFloorBps && rhoBps <= bounds.rhoCeilingBps);
      assert.ok(piBps + bounds.deltaBps <= rhoBps);
      const larger = found.cells.find(
        (cell) =>
          cell.kind === kind &&
          cell.moneyness === moneyness &&
          cell.tenorDays === tenorDays &&
          cell.notionalUsd > notionalUsd,
      );
      assert.ok(larger === undefined || larger.rhoBps >= rhoBps);
    }
    const sizes = found.cells.filter((cell) => cell.kind === "put" && cell.moneyness === 0.95 && cell.tenorDays === 30);
    assert.ok(
      (sizes[1]?.rhoBps ?? 0) > (sizes[0]?.rhoBps ?? 0),
      "fifty million cannot be as cheap to close as ten thousand",
    );
  });

  it("default: the desk answers out of the newest kept round, once a round, and refuses an asset without a market", async () => {
    const inputs = commitInputs({ epoch: SLOT.epoch, ...ROUND, settings: SETTINGS });
    const [account] = ACCOUNTS;
    const [first] = ROUND.input.positions;
    assert.ok(account !== undefined && first !== undefined);
    const observation = createObservation(ROUND.scores, {
      ...{ slot: SLOT, operator: account.address, anchor: ANCHOR, bundleHash: BUNDLE, featureSchemaHash: zeroHash },
      ...{ inputsRoot: inputs.root, oldestInputAgeSec: 30, classQuantiles: [] },
      sourceIndexes: new Map([[first.source.toLowerCase(), 0]]),
    });
    const signed = { observation, signature: `0x${"11".repeat(64)}` as const };
    const kept = encodeRound({ reportDigest: "0x77", signed, evidence: [], inputs });
    let epoch: bigint | null = null;
    let reads = 0;
    const thread = createRequirementThread();
    const desk = openRequirementDesk({
      store: {
        newestExplained: async () => epoch,
        explained: async () => {
          reads += 1;
          return { inputs: kept, explanations: null };
        },
      },
      ...{ configDigest: SLOT.configDigest, terms: new Map([["BTC", terms]]), classes: () => terms.classes, thread },
      logger: { warn: (fields: unknown) => assert.fail(JSON.stringify(fields)) },
    });
    const ask = async () => await desk.find({ asset: "BTC", grid: GRID });
    await assert.rejects(desk.find({ asset: "DOGE", grid: GRID }), (error) =>
      hasCode(error, "REQUIREMENTS_ASSET_UNKNOWN"),
    );
    assert.equal(await ask(), null);
    epoch = SLOT.epoch;
    let found = await ask();
    while (found === null) found = await ask();
    assert.deepEqual(found, surface());
    await ask();
    await ask();
    assert.equal(reads, 1);
    await thread.close();
  });
});
