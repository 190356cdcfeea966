/** An answer to a question for an explanation, as a node gives it. */
import type { ExplanationAnswer, PositionExplanation } from "../../oracle/domain/explanation.ts";
import { VIEW_SOURCE, VIEW_TIME_SEC } from "./changing-view.ts";

/** Answer to a question for an explanation, with the given fields of the explanation replaced. */
export function explanationAnswer(change: Partial<PositionExplanation> = {}): ExplanationAnswer {
  const numbers = { rhoBps: 1_250, piBps: 300, score: 210 };
  const share = { ...numbers, text: "The volatility forecast is 71 % a year: +1250 bp of ρ." };
  return {
    epoch: 41n,
    reportDigest: "0x12",
    operator: VIEW_SOURCE,
    explanation: {
      ...{ format: 1, source: VIEW_SOURCE, id: "7", asset: "BTC", atSec: VIEW_TIME_SEC, inputsHash: "0x34" },
      signed: numbers,
      reference: { kind: "usual-day", text: "An ordinary case.", rhoBps: 0, piBps: 0, score: 0 },
      meanings: [{ meaning: "volatility", ...share }],
      sources: [{ source: "spot", ...numbers }],
      completenessGap: 0,
      counterfactuals: [{ kind: "liquidation", changedTo: 20_000, result: 0.99, text: "It could be liquidated." }],
      ...change,
    },
    fault: null,
    proof: {
      ...{ positionInputs: "{}", assetInputs: "{}", siblings: ["0x56"], inputsRoot: "0x78", observation: "{}" },
      evidence: [{ digest: "0x9a", signature: "0xbc" }],
    },
  };
}
