/** What is in force while the oracle is halted: the mirror against the deployed RiskOracle. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { BREAKER_MODES } from "../../../oracle/domain/breaker.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { clampEntry } from "../../../oracle/rules/clamp-entry.ts";
import { effectiveParams, haltedParams, PARAM_STATUSES } from "../../../oracle/rules/risk-reading.ts";
import { initialWord } from "../../../oracle/rules/risk-rules.ts";
import { unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import { randomRiskClass } from "../../../scripts/generate/random-risk-class.ts";
import { deployBed, type OracleBed, submitTo } from "./oracle-bed.ts";

const CLASSES = 6;
const POSITIONS = 60;
/** The other positions never get a score. */
const SCORED = 48;
const REPORTS = 3;
const GAP_SEC = 2_400;
/** Through ramps, the end of validities and fallback ramps. */
const LOOKS_SEC = [60, 900, 6_000, 12_000, 40_000];

describe("haltedParams", () => {
  const rng = createRng("halted-params-1");
  const classes = Array.from({ length: CLASSES }, () => ({ ...randomRiskClass(rng), active: true }));
  const ids = Array.from({ length: POSITIONS }, (_, index) => BigInt(index + 1));
  let bed: OracleBed;
  let haltedAtSec: number;

  before(async () => {
    bed = await deployBed(classes, POSITIONS);
    for (let report = 1; report <= REPORTS; report += 1) await push(BigInt(report));
    await bed.oracle.write.tripBreaker([BREAKER_MODES.indexOf("HALTED"), 0]);
    haltedAtSec = (await bed.oracle.read.status()).since;
  });

  const headSec = async () => Number((await bed.client.getBlock()).timestamp);
  const classOf = (id: bigint) => {
    const riskClass = classes[Number(id) % CLASSES];
    assert.ok(riskClass !== undefined);
    return riskClass;
  };

  /** Moves every scored position and every second class as far as the rules let it go. */
  async function push(epoch: bigint): Promise<void> {
    const appliedAtSec = (await headSec()) + GAP_SEC;
    const times = { observedAtSec: appliedAtSec - 1, appliedAtSec };
    const words = await bed.oracle.read.positionWords([0, ids]);
    const entries = ids.slice(0, SCORED).flatMap((positionId, index) => {
      const word = words[index] ?? 0n;
      const state = unpackRiskWord(word);
      const rhoBps = Math.max(0, state.rhoTarget + rng.integer(900) - 450);
      const wish = { sourceIndex: 0, positionId, epoch: state.epoch, rhoBps, piBps: state.pi, score: 100 };
      const clamped = clampEntry(word, wish, { riskClass: classOf(positionId), ...times });
      return clamped.ok ? [clamped.value] : [];
    });
    const quantiles = classes.flatMap((riskClass, classId) => {
      const { rhoTarget, pi } = unpackRiskWord(initialWord(classId, riskClass));
      return classId % 2 === 0 ? [{ classId, rhoBps: rhoTarget, piBps: pi }] : [];
    });
    await submitTo(bed, { epoch, ...times, entries, quantiles });
  }

  it("behavior: zeros for the zero word", () => {
    const context = { riskClass: classOf(1n), nowSec: haltedAtSec + 1 };
    assert.equal(haltedParams(0n, context, haltedAtSec).status, "UNKNOWN");
  });

  it("default: equal to the chain's at any time after the halt, and not what would be in force without it", async () => {
    const seen = new Set<string>();
    for (const seconds of LOOKS_SEC) {
      await bed.testClient.increaseTime({ seconds });
      await bed.testClient.mine({ blocks: 1 });
      const { number: blockNumber, timestamp } = await bed.client.getBlock();
      const pinned = { blockNumber };
      const words = await bed.oracle.read.positionWords([0, ids], pinned);
      const quantileWords = await bed.oracle.read.classWords([classes.map((_, id) => id)], pinned);
      const actual = await bed.oracle.read.getParamsBatch([bed.owner, ids], pinned);
      for (const [index, id] of ids.entries()) {
        const quantileWord = quantileWords[Number(id) % CLASSES] ?? 0n;
        const context = { riskClass: classOf(id), nowSec: Number(timestamp), quantileWord };
        const mirrored = haltedParams(words[index] ?? 0n, context, haltedAtSec);
        assert.deepEqual({ ...mirrored, status: PARAM_STATUSES.indexOf(mirrored.status) }, actual[index]);
        seen.add(mirrored.status);
        if (effectiveParams(words[index] ?? 0n, context).rhoBps !== mirrored.rhoBps) seen.add("frozen");
      }
    }
    assert.deepEqual([...seen].sort(), ["FRESH", "STALE", "UNSCORED", "frozen"]);
  });
});
