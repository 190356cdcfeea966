/** The desk that explains signed rounds: what is not kept, what fails, what is passed over, what is answered. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { zeroHash } from "viem";
import { createObservation } from "../../../oracle/consensus/observe.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { commitInputs } from "../../../oracle/pipeline/explaining/commit-inputs.ts";
import { encodeExplanations, explainRound } from "../../../oracle/pipeline/explaining/explain-round.ts";
import { createExplainThread, type ExplainThread } from "../../../oracle/pipeline/explaining/explain-thread.ts";
import { decodeRound, encodeRound } from "../../../oracle/pipeline/explaining/explained-round.ts";
import { type ExplanationDesk, openExplanationDesk } from "../../../oracle/pipeline/explaining/explanation-desk.ts";
import { createMetrics, type NodeMetrics } from "../../../oracle/platform/metrics.ts";
import type { JobAttempt } from "../../../oracle/platform/queue/backend.ts";
import type { JobData } from "../../../oracle/platform/queue/jobs.ts";
import type { Queues } from "../../../oracle/platform/queue/queues.ts";
import { ACCOUNTS, ANCHOR, BUNDLE, SLOT } from "../consensus/cluster.ts";
import { SETTINGS, sampleRound } from "./explained-sample.ts";

const ROUND = sampleRound(4);
const EPOCH = SLOT.epoch;
const ASKED = { sourceIndex: 0, positionId: 2n, epoch: null };
const ATTEMPT: JobAttempt = {
  jobId: "1",
  isLast: true,
  postpone: () => assert.fail("explanations do not wait"),
  progress: async () => {},
};

/** Text of a kept round of four positions. */
const KEPT = (() => {
  const inputs = commitInputs({ epoch: EPOCH, ...ROUND, settings: SETTINGS });
  const [account] = ACCOUNTS;
  const [first] = ROUND.input.positions;
  assert.ok(account !== undefined && first !== undefined);
  const observation = createObservation(ROUND.scores, {
    ...{ slot: SLOT, operator: account.address, anchor: ANCHOR, bundleHash: BUNDLE, featureSchemaHash: zeroHash },
    ...{ inputsRoot: inputs.root, oldestInputAgeSec: 30, classQuantiles: [] },
    sourceIndexes: new Map([[first.source.toLowerCase(), 0]]),
  });
  const signed = { observation, signature: `0x${"11".repeat(64)}` as const };
  return encodeRound({ reportDigest: "0x77", signed, evidence: [], inputs });
})();

type Work = (job: JobData<"explain">, attempt: JobAttempt) => Promise<void>;

describe("the explanation desk", () => {
  let desk: ExplanationDesk;
  let metrics: NodeMetrics;
  let kept: Map<bigint, { readonly inputs: string; readonly explanations: string | null }>;
  let jobs: unknown[];
  let calls: number;
  let work: Work;
  let stopping: AbortController;

  const thread = (explain: ExplainThread["explain"]): ExplainThread => ({ explain, close: async () => {} });
  const explainHere = async (text: string): Promise<string> => {
    calls += 1;
    return encodeExplanations(explainRound(decodeRound(text).inputs, SETTINGS));
  };

  function open(explain: ExplainThread["explain"] = explainHere): void {
    const queues = {
      queue: () => ({ add: async (job: unknown) => String(jobs.push(job)), depth: async () => 0 }),
      worker: (_name: string, process: Work) => {
        work = process;
        return { close: async () => {} };
      },
      close: async () => {},
    };
    desk = openExplanationDesk({
      // The desk uses one queue, so one answer fits all.
      queues: queues as Queues,
      store: {
        explained: async ({ epoch }) => kept.get(epoch) ?? null,
        newestExplained: async () => [...kept.keys()].at(-1) ?? null,
        saveExplanations: async ({ epoch }, explanations) => {
          kept.set(epoch, { inputs: KEPT, explanations });
        },
      },
      ...{ operator: 0, configDigest: SLOT.configDigest, thread: thread(explain), metrics, signal: stopping.signal },
      ...{ logger: { warn: () => {} }, nowMs: () => 0 },
    });
  }

  const explained = async (): Promise<void> => await work({ operator: 0, epoch: EPOCH.toString() }, ATTEMPT);
  const shown = async (): Promise<string> => await metrics.registry.metrics();

  beforeEach(() => {
    [jobs, calls, stopping] = [[], 0, new AbortController()];
    kept = new Map([[EPOCH, { inputs: KEPT, explanations: null }]]);
    metrics = createMetrics({ processMetrics: false });
    open();
  });

  it("error: nothing is known before the first round, of a round that is not kept, or of a position that it lacks", async () => {
    kept.clear();
    assert.equal(await desk.find(ASKED), null);
    kept.set(EPOCH, { inputs: KEPT, explanations: null });
    await explained();
    assert.equal(await desk.find({ ...ASKED, epoch: 7n }), null);
    assert.equal(await desk.find({ ...ASKED, positionId: 99n }), null);
    assert.equal(await desk.find({ ...ASKED, sourceIndex: 1 }), null);
  });

  it("error: a thread that fails fails the job, but not while the run ends", async () => {
    open(async () => await Promise.reject(new TypeError("broken")));
    await assert.rejects(explained(), TypeError);
    open(async () => {
      stopping.abort();
      return await Promise.reject(new TypeError("ended"));
    });
    await explained();
    assert.equal(kept.get(EPOCH)?.explanations, null);
  });

  it("error: explanations of another version are made again", async () => {
    kept.set(EPOCH, { inputs: KEPT, explanations: '[{"sourceIndex":0}]' });
    await explained();
    assert.equal(calls, 1);
  });

  it("default: a noted round becomes a job, is explained once, counted, told, and answered with its proof", async () => {
    await desk.note(EPOCH, ANCHOR.timestampSec);
    assert.deepEqual(jobs, [{ operator: 0, epoch: EPOCH.toString() }]);
    await explained();
    await explained();
    assert.equal(calls, 1);
    assert.match(await shown(), /plimsoll_explanations_total\{outcome="shown"\} 4/);
    assert.match(desk.takeNews()[0] ?? "", /^explained 4 scores of report 1000; 0:\d ρ [\d.]+%: /);
    const answer = await desk.find(ASKED);
    assert.equal(answer?.epoch, EPOCH);
    assert.equal(answer?.explanation?.id, "2");
    assert.equal(answer?.fault, null);
    assert.ok(answer?.proof.assetInputs.startsWith("{"));
  });

  it("behavior: after a restart the newest kept round is explained when it is asked for", async () => {
    assert.equal((await desk.find(ASKED))?.epoch, EPOCH);
    assert.equal(calls, 1);
  });

  it("behavior: age is market time between the newest signed and the newest explained round", async () => {
    await explained();
    await desk.note(EPOCH + 9n, ANCHOR.timestampSec + 3_600);
    assert.match(await shown(), /plimsoll_explanation_age_seconds 3600/);
  });
});

describe("the explain thread", () => {
  it("error: what cannot be read is refused with its code, and a closed thread answers nobody", async () => {
    const thread = createExplainThread();
    await assert.rejects(thread.explain("{}"), (error: unknown) => hasCode(error, "EXPLANATION_FAILED"));
    const waiting = thread.explain(KEPT);
    const refused = assert.rejects(waiting, (error: unknown) => hasCode(error, "EXPLANATION_THREAD_ENDED"));
    await thread.close();
    await refused;
  });

  it("default: the same text as in this thread", async () => {
    const thread = createExplainThread();
    assert.equal(await thread.explain(KEPT), encodeExplanations(explainRound(decodeRound(KEPT).inputs, SETTINGS)));
    await thread.close();
  });
});
