/** Parts of a mechanism study: what is proposed, when nothing is, threads that die, and what an evaluation is kept under. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { encodeFunctionData } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { generatePath } from "../../../oracle/simulation/mechanism/generated-path.ts";
import {
  configuredParameters,
  type MechanismParameters,
  termsWith,
} from "../../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { configuredTerms } from "../../../scripts/deploy/configured-terms.ts";
import { classesOf, readDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { evaluateMechanism } from "../../../scripts/evaluate/evaluate-mechanism.ts";
import { crashBars, crashWorlds } from "../../../scripts/mechanism/crash-worlds.ts";
import type { StudyFigures } from "../../../scripts/mechanism/evaluation-log.ts";
import { memoryLog } from "../../../scripts/mechanism/evaluation-log.ts";
import { type CandidateEvaluator, createEvaluator } from "../../../scripts/mechanism/evaluator.ts";
import { configWith, votedCalls } from "../../../scripts/mechanism/proposal-calls.ts";
import { runStudy } from "../../../scripts/mechanism/run-study.ts";
import { STUDY_CONFIG } from "../../../scripts/mechanism/run-task.ts";
import { studyContent } from "../../../scripts/mechanism/study-content.ts";
import type { Candidate, StudyTask } from "../../../scripts/mechanism/study-messages.ts";
import { STUDY_SIZES, USUAL_AGENTS } from "../../../scripts/mechanism/study-plan.ts";
import { startStudyThreads } from "../../../scripts/mechanism/study-threads.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const HOUR = 3_600;
/** "0x" and four bytes: `narrowRiskClass` and `setRiskClass` take the same arguments. */
const SELECTOR_LENGTH = 10;
const FIGURES: StudyFigures = {
  ...{ locked: 0.1, required: 0.1, badDebtBps: 0, badDebtTailBps: 0, uncoveredBps: 0, chargeBps: 0 },
  ...{ opened: 100, liquidations: 0, wrongful: 0, wrongfulPercent: 0, written: 0.5, fundLeft: 0 },
  attackBps: { feed: 0, timing: 0, reopening: 0 },
};
const WORLD = { kind: "gbm", asset: "BTC", days: 2, perDay: 1, seed: "world", modelError: 1 } as const;
const TASK: StudyTask = { config: STUDY_CONFIG, data: [], worlds: [WORLD], candidates: [], agents: USUAL_AGENTS };

async function ground() {
  const config = await readDeploymentConfig(STUDY_CONFIG);
  const terms = configuredTerms(config, "BTC");
  return { config, terms, configured: configuredParameters(terms) };
}

describe("what a study proposes", () => {
  it("behavior: the simulated classes, the voted calls and the written configuration are the same", async () => {
    const { config, terms, configured } = await ground();
    // Low ratios and high penalties: the ratio of the shortest tenor bounds the penalty of its whole bucket.
    const parameters = { ...configured, classScale: 0.4, floorScale: 0.5, penaltyScale: 2, deltaBps: 100 };
    const written = configWith(config, parameters);
    assert.deepEqual(configuredTerms(written, "BTC"), termsWith(terms, parameters));
    const wanted = config.markets.flatMap((_, place) => classesOf(written, place + 1));
    const bodyOf = (calldata: string): string => calldata.slice(SELECTOR_LENGTH);
    assert.deepEqual(
      votedCalls(config, parameters).flatMap((call) => (call.contract === "riskOracle" ? [bodyOf(call.calldata)] : [])),
      wanted.map(({ classId, riskClass }) =>
        bodyOf(
          encodeFunctionData({ abi: riskOracleAbi, functionName: "setRiskClass", args: [classId, { ...riskClass }] }),
        ),
      ),
    );
  });

  it("behavior: today's configuration takes part, and stays where it costs no more on held-out worlds", async () => {
    const { configured } = await ground();
    const request = { size: STUDY_SIZES.tiny, bars: new Map(), seed: "keep", configured };
    const best = await runStudy(request, priced(configured, { searched: 1, heldOut: 1 }));
    assert.ok(best.isKept);
    assert.deepEqual(best.recommended.parameters, configured);
    const overfitted = await runStudy(request, priced(configured, { searched: -1, heldOut: 1 }));
    assert.ok(overfitted.isKept);
    assert.notDeepEqual(overfitted.recommended.parameters, configured);
    assert.ok(!(await runStudy(request, priced(configured, { searched: -1, heldOut: -1 }))).isKept);
  });
});

/** Every other candidate charges so much more than today's configuration. */
function priced(
  configured: MechanismParameters,
  more: { readonly searched: number; readonly heldOut: number },
): CandidateEvaluator {
  const chargeOf = (candidate: Candidate, isHeldOut: boolean): number => {
    const isToday =
      candidate.kind === "parameters" && JSON.stringify(candidate.parameters) === JSON.stringify(configured);
    return 10 + (isToday ? 0 : isHeldOut ? more.heldOut : more.searched);
  };
  return {
    evaluate: async (candidates, { worlds }) => {
      const isHeldOut = worlds.some(({ seed }) => seed.includes("held-out"));
      return await Promise.resolve(
        candidates.map((candidate) => ({ ...FIGURES, chargeBps: chargeOf(candidate, isHeldOut) })),
      );
    },
    counts: () => ({ asked: 0, made: 0 }),
  };
}

describe("the crashes that a study judges on", () => {
  const HOURS_A_WORLD = (10 + 29) * 24;
  const flat = new Float64Array(5_000).fill(100);
  const low = flat.map((price, hour) => (hour === 2_000 ? 60 : hour === 2_300 ? 65 : hour === 4_000 ? 80 : price));
  const bars = { spanSec: HOUR, endSec: flat, open: flat, high: flat, close: flat, volume: flat, low };

  it("behavior: held-out hours alone, the greatest moves, a world apart, with room on both sides", () => {
    const within4h = (found: number | undefined, hour: number): boolean =>
      hour - 4 < (found ?? 0) && (found ?? 0) <= hour;
    const [first, second] = crashBars(bars, 0);
    assert.ok(within4h(first, 2_000) && within4h(second, 4_000), `${first} ${second}`);
    assert.ok(within4h(crashBars(bars, 2_000)[0], 4_000));
    assert.deepEqual(crashBars(bars, 5_000 - HOURS_A_WORLD), []);
  });

  it("behavior: a world begins after the bars that teach the models, which are held out too", () => {
    const bar = { count: 5_000, split: 1_000, crashes: [2_000] };
    const [world] = crashWorlds(STUDY_SIZES.tiny, new Map([["BTC", bar]]), 1.5);
    assert.ok(world?.magnified === 1.5 && world.replayFrom === 2_000 - 240 - 240 && world.replayFrom >= bar.split);
  });

  it("behavior: a magnified replay moves by so much more, hour by hour", () => {
    const shaken = { ...bars, close: low, high: flat };
    const path = (magnified: number) =>
      generatePath({
        ...{ kind: "replay", asset: "BTC", hours: 300, startSec: 0, bars: shaken, replayFrom: 1_900, magnified },
        rng: createRng("replay"),
      });
    const [once, twice] = [path(1), path(2)];
    once.forEach(({ open, close }, hour) => {
      const more = Math.log((twice[hour]?.close ?? 0) / (twice[hour]?.open ?? 1));
      assert.ok(Math.abs(more - 2 * Math.log(close / open)) < 1e-9);
    });
    assert.ok(twice.some(({ open, close }) => Math.abs(Math.log(close / open)) > 0.5));
  });
});

describe("threads of a study", () => {
  it("error: MECHANISM_THREAD_FAILED for a thread that dies at its task, and for every task after it", async () => {
    const script = new URL(
      'data:text/javascript,import{parentPort}from"node:worker_threads";parentPort.on("message",()=>{throw new Error("out of memory")})',
    );
    const threads = startStudyThreads(1, script);
    const isFailure = (error: unknown): boolean => hasCode(error, "MECHANISM_THREAD_FAILED");
    await assert.rejects(threads.run(TASK), (error: Error) => isFailure(error) && /out of memory/.test(error.message));
    await assert.rejects(threads.run(TASK), isFailure);
    await threads.close();
  });
});

describe("kept evaluations", () => {
  it("behavior: other bytes of the configuration or of an hourly file are another question, another place is not", async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    try {
      const contents = new Set<string>();
      const contentOf = (root: string, config: string, hours: string): string => {
        writeFileSync(join(root, "config.json"), config);
        writeFileSync(join(root, "BTCUSDT_1h.csv"), hours);
        return studyContent(join(root, "config.json"), [root]);
      };
      contents.add(contentOf(folder.path, "1", "a")).add(contentOf(other.path, "1", "a"));
      assert.equal(contents.size, 1);
      contents.add(contentOf(folder.path, "2", "a")).add(contentOf(folder.path, "1", "b"));
      assert.equal(contents.size, 3);
      const log = memoryLog();
      const threads = { run: async () => await Promise.resolve([[]]), close: async () => await Promise.resolve() };
      const keys: string[] = [];
      const kept = {
        ...log,
        put: (key: string, figures: StudyFigures): void => {
          keys.push(key);
          log.put(key, figures);
        },
      };
      for (const content of ["one", "other", "one"]) {
        const common = { config: STUDY_CONFIG, data: [], threads, log: kept, onAsked: () => {} };
        const candidate = { kind: "lender", scale: 1 } as const;
        await createEvaluator({ ...common, content }).evaluate([candidate], { worlds: [], agents: USUAL_AGENTS });
      }
      assert.equal(keys.length, 2);
    } finally {
      folder.remove();
      other.remove();
    }
  });
});

describe("evaluation of the mechanism", () => {
  it("error: EVALUATE_NO_WINDOW before any world is made, for hours that no replay fits behind", async () => {
    const folder = temporaryFolder();
    try {
      const lines = Array.from({ length: 48 }, (_, hour) => `${hour * HOUR},10,11,9,10,1`);
      writeFileSync(join(folder.path, "BTCUSDT_1h.csv"), `${["ts,open,high,low,close,volume", ...lines].join("\n")}\n`);
      const asked = evaluateMechanism({ paths: [folder.path], fromSec: null });
      await assert.rejects(asked, (error: unknown) => hasCode(error, "EVALUATE_NO_WINDOW"));
    } finally {
      folder.remove();
    }
  });
});
