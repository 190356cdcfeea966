/** Which described positions an operator scores: those that the oracle knows as their source describes them. */
import type { Position } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { PositionReject } from "../../ingestion/sources/source-positions.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import { isSatisfiable } from "../../scoring/class-bounds.ts";
import { wordKey } from "./position-words.ts";

/**
 * Why a position is not scored: the oracle has no word of it; its source names another epoch, so that a score would claim
 * to have seen what it did not; no pair can satisfy the bounds of its class.
 */
export type AdmissionFault = "unknown-position" | "epoch-mismatch" | "class-unusable";

/** Positions to score, and what was left out. */
export interface Admission {
  /** In the order given, with the class of the word: the oracle's is the one that counts. */
  readonly positions: readonly Position[];
  readonly rejected: readonly PositionReject[];
}

/** What the oracle says at the anchor. */
export interface AdmissionFacts {
  /** By {@link wordKey}. */
  readonly words: ReadonlyMap<string, bigint>;
  readonly classes: ReadonlyMap<number, RiskClass>;
}

/** Compares positions with their words; one that does not fit never stops the others. */
export function admitPositions(positions: readonly Position[], facts: AdmissionFacts): Admission {
  const admitted: Position[] = [];
  const rejects = new Map<string, PositionReject>();
  for (const position of positions) {
    const word = facts.words.get(wordKey(position)) ?? 0n;
    const reason = faultOf(position, word, facts.classes);
    if (reason === null) {
      admitted.push({ ...position, classId: unpackRiskWord(word).classId });
      continue;
    }
    const key = `${position.sourceIndex}:${reason}`;
    const count = (rejects.get(key)?.count ?? 0) + 1;
    rejects.set(key, { source: position.source, reason, count });
  }
  return { positions: admitted, rejected: [...rejects.values()] };
}

function faultOf(position: Position, word: bigint, classes: ReadonlyMap<number, RiskClass>): AdmissionFault | null {
  if (word === 0n) return "unknown-position";
  const { epoch, classId } = unpackRiskWord(word);
  if (epoch !== position.epoch) return "epoch-mismatch";
  const riskClass = classes.get(classId);
  return riskClass !== undefined && isSatisfiable(riskClass) ? null : "class-unusable";
}
