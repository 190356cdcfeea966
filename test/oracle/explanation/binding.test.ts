/** From a signed observation to the chain and back: each step of the check fails when its link is broken. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { zeroHash } from "viem";
import { buildMerkleTree, proofOf } from "../../../oracle/chain/merkle-tree.ts";
import { evidenceHash } from "../../../oracle/consensus/aggregate.ts";
import { createObservation, digestOf } from "../../../oracle/consensus/observe.ts";
import { canonicalJson } from "../../../oracle/domain/canonical-json.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { ExplanationAnswer } from "../../../oracle/domain/explanation.ts";
import { commitInputs, type InputsCommitment, leavesOf } from "../../../oracle/pipeline/explaining/commit-inputs.ts";
import { explainRound } from "../../../oracle/pipeline/explaining/explain-round.ts";
import {
  boundRound,
  decodeRound,
  encodeRound,
  encodeSigned,
} from "../../../oracle/pipeline/explaining/explained-round.ts";
import { decodeAssetInputs, encodeAssetInputs } from "../../../oracle/pipeline/explaining/inputs-codec.ts";
import { type ChainFacts, verifyExplanation } from "../../../oracle/pipeline/explaining/verify-explanation.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { ACCOUNTS, ANCHOR, BUNDLE, SLOT, signWithoutGuard } from "../consensus/cluster.ts";
import { SETTINGS, sampleRound } from "./explained-sample.ts";

const ROUND = sampleRound(6);
const ASKED = { sourceIndex: 0, positionId: 3n };
const EPOCH = SLOT.epoch;

function observationOf(inputs: InputsCommitment, operator: number) {
  const account = ACCOUNTS[operator];
  assert.ok(account !== undefined);
  const [first] = ROUND.input.positions;
  return createObservation(ROUND.scores, {
    ...{ slot: SLOT, operator: account.address, anchor: ANCHOR, bundleHash: BUNDLE, featureSchemaHash: zeroHash },
    ...{ inputsRoot: inputs.root, oldestInputAgeSec: 30, classQuantiles: [] },
    sourceIndexes: new Map([[first?.source.toLowerCase() ?? "", 0]]),
  });
}

/** What an honest node answers, and what the chain then holds. */
async function honestCase(): Promise<{ readonly answer: ExplanationAnswer; readonly chain: ChainFacts }> {
  const inputs = commitInputs({ epoch: EPOCH, ...ROUND, settings: SETTINGS });
  const own = observationOf(inputs, 0);
  const voices = await Promise.all(
    [0, 1, 2].map(async (operator) => {
      const { observation, signature } = await signWithoutGuard(operator, observationOf(inputs, operator));
      return { digest: digestOf(observation), signature };
    }),
  );
  const evidence = voices.toSorted((left, right) => (left.digest < right.digest ? -1 : 1));
  const bound = boundRound({ own, inputs, reportDigest: "0x77", evidence });
  assert.ok(bound !== null);
  const round = decodeRound(encodeRound(bound));
  const place = inputs.positions.findIndex(({ positionId }) => positionId === ASKED.positionId);
  const committed = round.inputs.positions[place];
  const [entry] = explainRound(round.inputs, SETTINGS, ({ positionId }) => positionId === ASKED.positionId);
  assert.ok(committed !== undefined && entry?.explanation != null);
  const assetInputs = Object.entries(round.inputs.assets).find(([hash]) => committed.text.includes(hash))?.[1] ?? "";
  return {
    answer: {
      ...{ epoch: EPOCH, reportDigest: "0x77", operator: own.operator, explanation: entry.explanation, fault: null },
      proof: {
        ...{ positionInputs: committed.text, assetInputs, inputsRoot: round.inputs.root, evidence: round.evidence },
        siblings: proofOf(buildMerkleTree(leavesOf(EPOCH, round.inputs.positions)), place),
        observation: encodeSigned(round.signed),
      },
    },
    chain: {
      ...{ evidenceHash: evidenceHash(evidence), reportDigest: "0x77" },
      signers: ACCOUNTS.slice(0, 4).map(({ address }) => address),
    },
  };
}

describe("verifyExplanation", () => {
  let honest: Awaited<ReturnType<typeof honestCase>>;
  before(async () => {
    honest = await honestCase();
  });

  async function failures(change: (answer: ExplanationAnswer) => ExplanationAnswer, chain: Partial<ChainFacts> = {}) {
    const facts = { asked: ASKED, chain: { ...honest.chain, ...chain }, settings: SETTINGS };
    const steps = await verifyExplanation(change(honest.answer), facts);
    return steps.filter(({ ok }) => !ok).map(({ name }) => name);
  }

  const changedProof = (change: Partial<ExplanationAnswer["proof"]>) => (answer: ExplanationAnswer) => ({
    ...answer,
    proof: { ...answer.proof, ...change },
  });

  it("error: OBSERVATION_MALFORMED", async () => {
    await assert.rejects(failures(changedProof({ observation: "{}" })), (error) =>
      hasCode(error, "OBSERVATION_MALFORMED"),
    );
  });

  it("error: another report, other evidence, another signer set", async () => {
    assert.deepEqual(await failures((answer) => answer, { reportDigest: "0x78" }), ["report"]);
    assert.deepEqual(await failures((answer) => answer, { evidenceHash: zeroHash }), ["evidence"]);
    assert.deepEqual(await failures((answer) => answer, { signers: [] }), ["signature"]);
  });

  it("error: an observation that the evidence does not hold", async () => {
    const { evidence } = honest.answer.proof;
    assert.deepEqual(await failures(changedProof({ evidence: evidence.slice(1) })), ["evidence"]);
  });

  it("error: another position's explanation", async () => {
    const asked = { ...ASKED, positionId: 4n };
    const steps = await verifyExplanation(honest.answer, { asked, chain: honest.chain, settings: SETTINGS });
    assert.ok(steps.some(({ name, ok }) => name === "inclusion" && !ok));
  });

  it("error: inputs that were changed after signing", async () => {
    const text = honest.answer.proof.assetInputs.replace(/"spot":\d+/, '"spot":61001');
    assert.notEqual(text, honest.answer.proof.assetInputs);
    assert.deepEqual(await failures(changedProof({ assetInputs: text })), ["inputs", "recomputed"]);
  });

  it("error: a reason that was changed, however little", async () => {
    const found = await failures((answer) => {
      const { explanation } = answer;
      assert.ok(explanation !== null);
      const [first, ...rest] = explanation.meanings;
      assert.ok(first !== undefined);
      return {
        ...answer,
        explanation: { ...explanation, meanings: [{ ...first, rhoBps: first.rhoBps + 1e-9 }, ...rest] },
      };
    });
    assert.deepEqual(found, ["recomputed"]);
  });

  it("error: no explanation, or numbers that were not signed", async () => {
    const none = await failures((answer) => ({ ...answer, explanation: null, fault: "incomplete" as const }));
    assert.deepEqual(none, ["explained", "inputs", "signed-score", "recomputed"]);
    const forged = await failures((answer) => {
      assert.ok(answer.explanation !== null);
      const signed = { ...answer.explanation.signed, rhoBps: answer.explanation.signed.rhoBps - 1 };
      return { ...answer, explanation: { ...answer.explanation, signed } };
    });
    assert.deepEqual(forged, ["signed-score", "recomputed"]);
  });

  it("default: an honest answer passes every step", async () => {
    assert.deepEqual(await failures((answer) => answer), []);
  });
});

describe("decodeAssetInputs", () => {
  it("error: EXPLANATION_OTHER_VERSION for what is not JSON, or lacks a field", () => {
    const [text = ""] = Object.values(commitInputs({ epoch: EPOCH, ...ROUND, settings: SETTINGS }).assets);
    for (const broken of ["", "{}", text.replace('"spot"', '"spott"')]) {
      assert.throws(
        () => decodeAssetInputs(broken),
        (error: unknown) => hasCode(error, "EXPLANATION_OTHER_VERSION"),
      );
    }
  });

  it("default: what is read back is written down the same", () => {
    for (const text of Object.values(commitInputs({ epoch: EPOCH, ...ROUND, settings: SETTINGS }).assets))
      assert.equal(encodeAssetInputs(decodeAssetInputs(text)), text);
  });
});

describe("commitInputs", () => {
  it("error: EXPLANATION_OTHER_SETTINGS for scores of another configuration", () => {
    const settings = { ...SETTINGS, incentiveRate: 0.002 };
    const inputs = commitInputs({ epoch: EPOCH, ...ROUND, settings });
    assert.throws(
      () => explainRound(inputs, SETTINGS),
      (error: unknown) => hasCode(error, "EXPLANATION_OTHER_SETTINGS"),
    );
  });

  it("behavior: no positions have the zero root", () => {
    const { root } = commitInputs({ epoch: EPOCH, ...sampleRound(0), settings: SETTINGS });
    assert.equal(root, zeroHash);
  });

  it("behavior: a position whose size is no number is not committed to, and the others are", () => {
    const positions = ROUND.input.positions.map((position, place) =>
      place === 0 ? { ...position, size: Number.NaN } : position,
    );
    const input = { ...ROUND.input, positions };
    const ground = { ...ROUND.ground, positions };
    const { scores } = scorePositions(input, SETTINGS);
    const inputs = commitInputs({ epoch: EPOCH, input, ground, scores, settings: SETTINGS });
    assert.equal(inputs.positions.length, positions.length - 1);
  });

  it("behavior: the root moves with the epoch and with every input", () => {
    const rootAt = (epoch: bigint, round = ROUND) => commitInputs({ epoch, ...round, settings: SETTINGS }).root;
    const roots = [rootAt(1n), rootAt(2n), rootAt(1n, sampleRound(6, { lastGood: new Map([[key(), PAIR]]) }))];
    assert.equal(new Set(roots).size, roots.length);
  });
});

const PAIR = { rhoBps: 900, piBps: 100 };

function key(): string {
  const [first] = ROUND.input.positions;
  return `${first?.source.toLowerCase()}:${first?.id}`;
}

describe("canonicalJson", () => {
  it("default: sorted keys, decimal text, lists, and null for what is no number", () => {
    const value = { b: 1n, a: Float64Array.of(1.5, Number.NaN, -0), c: undefined, d: [null, "x"] };
    assert.equal(canonicalJson(value), '{"a":[1.5,null,0],"b":"1","d":[null,"x"]}');
  });
});
